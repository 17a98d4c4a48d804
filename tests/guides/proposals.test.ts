/** The guide to proposals does what it says. See guide.ts. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, test } from 'vitest';
import { describeWith, lackOfTools } from '../support/skip.ts';
import { parseGuide } from './guide.ts';
import { createGuidePlayer, type GuidePlayer } from './guide-player.ts';

const PAGE = 'docs/guides/proposals.md';
const guide = parseGuide(await readFile(new URL(`../../${PAGE}`, import.meta.url), 'utf8'));

describeWith(PAGE, lackOfTools('bash', 'dpkg-deb'), () => {
  let player: GuidePlayer;
  let failed: string | undefined;
  beforeAll(async () => {
    player = await createGuidePlayer([]);
  });
  afterAll(() => player[Symbol.asyncDispose]());

  test.each(guide.sections)('$title', async ({ title, blocks }) => {
    if (failed !== undefined) throw new Error(`not played: '${failed}' failed before`);
    failed = title;
    for (const block of blocks) {
      await player.play(block).catch((error: unknown) => {
        throw new Error(`${PAGE}:${block.line}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
    failed = undefined;
  });
});
