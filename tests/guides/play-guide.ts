import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, test } from 'vitest';
import type { ClientRow } from '../support/apt-clients.ts';
import { describeWith, type Lack } from '../support/skip.ts';
import { parseGuide } from './guide.ts';
import { createGuidePlayer, type GuidePlayer, type GuideSetting } from './guide-player.ts';

/** A test for each section of a page: its blocks do what they say, in order. Client blocks are played by each client that is here. */
export async function describeGuide(
  page: string,
  {
    lack,
    clients = [],
    setting,
    beforeSection = async () => undefined,
  }: {
    readonly lack: Lack;
    readonly clients?: readonly ClientRow[];
    /** Made before the first block, and gone after the last. */
    readonly setting?: () => Promise<GuideSetting & AsyncDisposable>;
    /** What somebody else does meanwhile, by the title of the next section. */
    readonly beforeSection?: (title: string, player: GuidePlayer) => Promise<void>;
  },
): Promise<void> {
  const guide = parseGuide(await readFile(new URL(`../../${page}`, import.meta.url), 'utf8'));
  describeWith(page, lack, () => {
    let player: GuidePlayer;
    let failed: string | undefined;
    const stack = new AsyncDisposableStack();
    beforeAll(async () => {
      const here = clients.filter((row) => row.lack === undefined);
      const made = setting === undefined ? undefined : stack.use(await setting());
      player = stack.use(
        await createGuidePlayer(
          here.map(({ client }) => client()),
          made,
        ),
      );
    });
    afterAll(() => stack.disposeAsync());

    test.each(guide.sections)('$title', async ({ title, blocks }) => {
      if (failed !== undefined) throw new Error(`not played: '${failed}' failed before`);
      failed = title;
      await beforeSection(title, player);
      for (const block of blocks) {
        await player.play(block).catch((error: unknown) => {
          throw new Error(`${page}:${block.line}: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
      failed = undefined;
    });
  });
}
