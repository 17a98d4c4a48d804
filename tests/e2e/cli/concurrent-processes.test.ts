/** Several processes on one directory. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openLocalStorage } from '../../../src/storage/local.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { createPakhus, type Pakhus } from '../../support/pakhus.ts';
import { quickDeb } from '../../support/quick-deb.ts';

const LOG = z.object({
  revisions: z.array(
    z.object({ rev: z.number(), dateMs: z.number(), done: z.number(), rejected: z.array(z.unknown()) }),
  ),
});

/** Makes a package in a folder of its own below the working folder, and gives its path. */
function deb(pakhus: Pakhus, name: string, content = name): Promise<string> {
  return quickDeb(join(pakhus.cwd, `in-${name}-${content}`), { name, content });
}

async function seen(pakhus: Pakhus): Promise<readonly string[] | undefined> {
  const store = await openLocalStorage({ root: join(pakhus.cwd, 'public') });
  return (await readAsClient(store, 'deb', 'stable'))?.packages;
}

/** Whole, verified, and with dates that rise. Gives the number of revisions. */
async function expectSound(pakhus: Pakhus): Promise<number> {
  await pakhus.json('verify');
  const { revisions } = LOG.parse(await pakhus.json('log', 'deb', '--limit', '100'));
  const dates = revisions.map(({ dateMs }) => dateMs).reverse();
  for (const [index, date] of dates.entries())
    expect(date).toBeGreaterThanOrEqual((dates[index - 1] ?? 0) + 1000);
  expect(await pakhus.json('status')).toMatchObject({ repositories: [{ openIntents: 0, stale: [] }] });
  return revisions.length;
}

describe('at once', () => {
  test('eight publishes of different packages: all succeed, all are there, in fewer revisions than publishes', async () => {
    await using pakhus = await createPakhus();
    await pakhus.json('publish', await deb(pakhus, 'first'), '--init');
    const names = Array.from({ length: 8 }, (_, at) => `p${at}`);
    const files = await Promise.all(names.map((name) => deb(pakhus, name)));
    const results = await Promise.all(files.map((file) => pakhus.run('publish', file)));
    expect(results.map(({ code, stderr }) => [code, stderr.replaceAll('Publishing\n', '')])).toEqual(
      names.map(() => [0, expect.not.stringMatching(/Error|Warning/)]),
    );
    expect(await seen(pakhus)).toEqual(['first 1.0', ...names.map((name) => `${name} 1.0`)]);
    expect(await expectSound(pakhus)).toBeLessThan(9);
  });

  test('two --init in an empty folder: one repository, one set of keys, both packages', async () => {
    await using pakhus = await createPakhus();
    const files = await Promise.all(['a', 'b'].map((name) => deb(pakhus, name)));
    const results = await Promise.all(files.map((file) => pakhus.run('publish', file, '--init')));
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(await seen(pakhus)).toEqual(['a 1.0', 'b 1.0']);
    expect(await readdir(join(pakhus.home, '.config/pakhus/keys'))).toHaveLength(2);
    await expectSound(pakhus);
  });

  test('the same version with other bytes: exactly one wins, the other one says why', async () => {
    await using pakhus = await createPakhus();
    await pakhus.json('publish', await deb(pakhus, 'first'), '--init');
    const files = await Promise.all(['of ann', 'of bob'].map((content) => deb(pakhus, 'same', content)));
    const results = await Promise.all(files.map((file) => pakhus.run('publish', file)));
    expect(results.map(({ code }) => code).sort()).toEqual([0, 1]);
    const lost = results.find(({ code }) => code === 1);
    expect(lost?.stderr).toMatch(
      /^Error: .*same 1\.0 amd64 is in stable\/main already, with other bytes: SHA-256 /m,
    );
    expect(lost?.stdout).toBe('');
    expect(await seen(pakhus)).toEqual(['first 1.0', 'same 1.0']);
    await expectSound(pakhus);
  });

  test('a publish, a removal and a promotion: each is done', async () => {
    await using pakhus = await createPakhus();
    await pakhus.json('init', 'deb', '--channel', 'stable', '--channel', 'next');
    await pakhus.json('publish', await deb(pakhus, 'old'), await deb(pakhus, 'good'));
    const results = await Promise.all([
      pakhus.run('publish', await deb(pakhus, 'new')),
      pakhus.run('remove', 'deb/stable', 'old'),
      pakhus.run('promote', 'deb/stable', 'deb/next', 'good'),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await seen(pakhus)).toEqual(['good 1.0', 'new 1.0']);
    const store = await openLocalStorage({ root: join(pakhus.cwd, 'public') });
    expect((await readAsClient(store, 'deb', 'next'))?.packages).toEqual(['good 1.0']);
    await expectSound(pakhus);
  });
});
