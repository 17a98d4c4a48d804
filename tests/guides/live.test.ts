/** docs/live.md names every finding of `pakhus verify --live`, and how bad it is. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { LIVE_FINDINGS } from '../../src/repository/live/live-finding.ts';

test('the table of findings is complete', async () => {
  const page = await readFile(new URL('../../docs/live.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(live-[a-z-]+)` +\| (\w+) +\|/gm)].map(([, code, severity]) => [
    code,
    severity,
  ]);
  expect(rows).toEqual(Object.entries(LIVE_FINDINGS).map(([code, { severity }]) => [code, severity]));
});
