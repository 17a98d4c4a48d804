/** Devices that are set up as `pakhus client` says. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createStaticServer } from '../../support/http-server.ts';
import { CUSTOM_FEEDS, createOpkgDevice, type DeviceShell, DIST_FEEDS } from '../../support/opkg-device.ts';
import { type QuickIpk, writeIpks } from '../../support/opkg-kit.ts';
import { createPakhus } from '../../support/pakhus.ts';
import { type ClientAnswer, readClientAnswer } from '../../support/published-repository.ts';
import { outputOf, succeeded } from '../../support/run-command.ts';
import { describeWhere, describeWith, lackOfTool, lackOfTools } from '../../support/skip.ts';

const TOOL: QuickIpk = { name: 'tool', architecture: 'mips_24kc', fields: ['Depends: docs++'] };
const DOCS: QuickIpk = { name: 'docs++', version: '1.0~rc1+git1-r1' };
const FEED = 'opkg/stable/packages/mips_24kc/main';

const ROLLBACK = z.object({ downgrades: z.array(z.object({ commands: z.array(z.string()) })) });

/** A store that is served, with what was published. */
async function createFeed() {
  const env: Record<string, string> = {};
  const pakhus = await createPakhus({ env });
  const store = join(pakhus.cwd, 'public');
  const server = await createStaticServer(store);
  env['PAKHUS_URL'] = server.url;
  let runs = 0;
  const publish = async (...specs: readonly QuickIpk[]): Promise<unknown> => {
    const folder = join(pakhus.cwd, `packages-${runs++}`);
    await mkdir(folder);
    await writeIpks(folder, specs);
    return pakhus.json('publish', folder, '--init');
  };
  await publish(TOOL, DOCS);
  return {
    store,
    server,
    pakhus,
    publish,
    client: async () => readClientAnswer(await pakhus.json('client', 'opkg')),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await pakhus[Symbol.asyncDispose]();
    },
  };
}

describe.each<DeviceShell>(['dash', 'busybox'])('in %s', (shell) => {
  describeWhere('what pakhus client says', lackOfTool(shell), () => {
    test.each<[string, (answer: ClientAnswer) => string]>([
      ['the script', ({ script }) => script],
      ['the one line', ({ oneLiner }) => oneLiner],
    ])(
      '%s adds the feed and the key, twice as well as once, and undo leaves what was there',
      async (_, lines) => {
        await using feed = await createFeed();
        await using device = await createOpkgDevice({ architecture: 'mips_24kc', real: false, shell });
        const answer = await feed.client();
        succeeded(await device.sh(lines(answer)));
        expect(succeeded(await device.sh(lines(answer))).stdout).toBe('opkg update\n');
        expect(await device.read('etc/opkg/customfeeds.conf')).toBe(
          `${CUSTOM_FEEDS}src/gz opkg_main ${feed.server.url}/${FEED}\n`,
        );
        const [key = ''] = await device.list('etc/opkg/keys');
        expect(key).toMatch(/^[0-9a-f]{16}$/);
        expect(await device.read(`etc/opkg/keys/${key}`)).toBe(answer.files[1]?.content);
        for (const run of ['once', 'twice']) {
          succeeded(await device.sh(answer.undo));
          expect([run, await device.read('etc/opkg/customfeeds.conf')]).toEqual([run, CUSTOM_FEEDS]);
        }
        expect(await device.read('etc/opkg/distfeeds.conf')).toBe(DIST_FEEDS);
        expect(await device.list('etc/opkg/keys')).toEqual([]);
      },
    );

    test('feeds instead of those of the device, run twice, are taken back', async () => {
      await using feed = await createFeed();
      await using device = await createOpkgDevice({ architecture: 'mips_24kc', real: false, shell });
      const replacing = succeeded(await feed.pakhus.run('client', 'opkg', '--as', 'replace')).stdout;
      const { variants } = await feed.client();
      expect(replacing).toBe(`set -e\n${variants.find(({ replaces }) => replaces)?.text}`);
      succeeded(await device.sh(replacing));
      succeeded(await device.sh(replacing));
      expect(await device.read('etc/opkg/distfeeds.conf')).toBe(
        `src/gz opkg_main ${feed.server.url}/${FEED}\n`,
      );
      const undo = succeeded(await feed.pakhus.run('client', 'opkg', '--as', 'undo')).stdout;
      for (const run of ['once', 'twice']) {
        succeeded(await device.sh(undo));
        expect([run, await device.read('etc/opkg/distfeeds.conf')]).toEqual([run, DIST_FEEDS]);
      }
      expect(await device.read('etc/opkg/distfeeds.conf.before-pakhus')).toBeUndefined();
      expect(await device.read('etc/opkg/customfeeds.conf')).toBe(CUSTOM_FEEDS);
    });
  });
});

describeWith('signify', lackOfTool('signify-openbsd'), () => {
  test('verifies every index with the key that the repository publishes', async () => {
    await using feed = await createFeed();
    for (const folder of [FEED, FEED.replace('mips_24kc', 'all')]) {
      const at = (name: string): string => join(feed.store, folder, name);
      const key = join(feed.store, 'opkg/key.pub');
      const argv = [
        'signify-openbsd',
        '-V',
        '-p',
        key,
        '-x',
        at('Packages.sig'),
        '-m',
        at('Packages'),
      ] as const;
      expect(await outputOf(argv)).toContain('Signature Verified');
    }
  });
});

describeWhere('opkg of OpenWrt', lackOfTools('opkg', 'signify-openbsd', 'wget'), () => {
  test('installs, upgrades and goes back, from a feed that it has checked', async () => {
    await using feed = await createFeed();
    await using device = await createOpkgDevice({ architecture: 'mips_24kc', real: true });
    expect(succeeded(await device.sh((await feed.client()).script)).stdout).toContain(
      'Signature check passed',
    );
    succeeded(await device.sh('opkg install tool'));
    expect((await device.sh('opkg list-installed')).stdout).toBe('docs++ - 1.0~rc1+git1-r1\ntool - 1.0\n');
    await feed.publish({ ...TOOL, version: '2.0' });
    succeeded(await device.sh('opkg update && opkg upgrade tool'));
    expect((await device.sh('opkg list-installed')).stdout).toContain('tool - 2.0');
    const { downgrades } = ROLLBACK.parse(await feed.pakhus.json('rollback', 'opkg/stable', '--to', '1'));
    succeeded(await device.sh(downgrades.flatMap(({ commands }) => commands).join('\n')));
    expect((await device.sh('opkg list-installed')).stdout).toContain('tool - 1.0');
    succeeded(await device.sh('opkg remove tool'));
  });

  test('refuses an index that was changed, and a package that was', async () => {
    await using feed = await createFeed();
    await using device = await createOpkgDevice({ architecture: 'mips_24kc', real: true });
    succeeded(await device.sh((await feed.client()).script));
    await writeFile(join(feed.store, FEED, 'docs++_1.0~rc1+git1-r1_all.ipk'), 'other bytes');
    expect((await device.sh('opkg install docs++')).code).not.toBe(0);
    await writeFile(join(feed.store, FEED, 'Packages.sig'), 'untrusted comment: x\nRWQ\n');
    expect(succeeded(await device.sh('opkg update 2>&1')).stdout).toContain('Signature check failed');
  });
});
