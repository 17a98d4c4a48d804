/** The guides do what they say: every block is played in order, and what they show is what is printed. See guide.ts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aptClients } from '../support/apt-clients.ts';
import { describeWith, lackOfTool, lackOfTools } from '../support/skip.ts';
import { type Guide, parseGuide } from './guide.ts';
import { createGuidePlayer, type GuidePlayer } from './guide-player.ts';
import { ask } from './web-server.ts';

const PAGE = 'docs/guides/apt-in-five-minutes.md';
const HOST = 'http://packages.example.org';
const clients = await aptClients();
const guide = parseGuide(await readFile(new URL(`../../${PAGE}`, import.meta.url), 'utf8'));

describeWith(PAGE, lackOfTools('bash', 'dpkg-deb'), () => {
  let player: GuidePlayer;
  /** Client blocks that were played. */
  let visits = 0;
  beforeAll(async () => {
    player = await createGuidePlayer(
      clients.filter(({ lack }) => lack === undefined).map(({ client }) => client()),
    );
  });
  afterAll(() => player[Symbol.asyncDispose]());

  describe('its commands', () => {
    let failed: string | undefined;
    test.each(guide.sections)('$title', async ({ title, blocks }) => {
      if (failed !== undefined) throw new Error(`not played: '${failed}' failed before`);
      failed = title;
      for (const block of blocks) {
        await player.play(block).catch((error: unknown) => {
          throw new Error(`${PAGE}:${block.line}: ${error instanceof Error ? error.message : String(error)}`);
        });
        if (block.kind !== 'file' && block.where === 'client') visits++;
      }
      failed = undefined;
    });
  });

  for (const { name, lack } of clients) {
    describeWith(`its client blocks, with ${name}`, lack, () => {
      test('were played', () => {
        expect(visits).toBe(clientBlocks(guide));
      });
    });
  }

  describeWith('its server block, with nginx', lackOfTool('nginx'), () => {
    const answerOf = (path: string): ReturnType<typeof ask> => ask(HOST + path, player.server?.port ?? 0);

    test('keeps the ledger private', async () => {
      expect(await answerOf('/.pakhus/tools/log/0000000001.json')).toMatchObject({ status: 404 });
    });

    test('lets caches keep what never changes, and nothing else', async () => {
      const byHash = '/tools/dists/stable/main/binary-all/by-hash/SHA256';
      const [hash] = await readdir(join(player.root, 'srv/packages/public', byHash));
      for (const path of [`${byHash}/${hash}`, '/tools/pool/main/h/hello-tools/hello-tools_1.0_all.deb']) {
        expect(await answerOf(path)).toEqual({
          status: 200,
          cacheControl: 'public, max-age=31536000, immutable',
        });
      }
      for (const path of ['/tools/dists/stable/InRelease', '/tools/key.asc']) {
        expect(await answerOf(path)).toEqual({ status: 200, cacheControl: 'no-cache' });
      }
    });
  });
});

function clientBlocks({ sections }: Guide): number {
  return sections
    .flatMap(({ blocks }) => blocks)
    .filter((block) => block.kind !== 'file' && block.where === 'client').length;
}
