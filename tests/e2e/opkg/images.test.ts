/** Images are checked as `pakhus client` says, by those who flash them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGnuPg } from '../../support/gnupg.ts';
import { createStaticServer } from '../../support/http-server.ts';
import { createPakhus } from '../../support/pakhus.ts';
import { readClientAnswer } from '../../support/published-repository.ts';
import { plainEnvironment, runCommand, succeeded } from '../../support/run-command.ts';
import { describeWhere, lackOfTools } from '../../support/skip.ts';

const CONFIG = `repositories:
  router:
    format: opkg
    channels: ["24.10.4"]
    components: [base, images]
    architectures: [mips_24kc]
    files: images
    folders: packages/{arch}/{feed} images=targets/ath79/generic
    signers: [release]
`;
const IMAGE = 'openwrt-24.10.4-ath79-generic-x-squashfs-sysupgrade.bin';

describeWhere(
  'sha256sum, signify and gpg',
  lackOfTools('signify-openbsd', 'gpg', 'wget', 'sha256sum'),
  () => {
    test('take an image that was published, and no other', async () => {
      const env: Record<string, string> = {};
      await using pakhus = await createPakhus({ env });
      const [store, build, download] = ['public', 'build', 'download'].map((name) => join(pakhus.cwd, name));
      if (store === undefined || build === undefined || download === undefined) throw new Error('no folders');
      await using server = await createStaticServer(store);
      env['PAKHUS_URL'] = server.url;
      await Promise.all([mkdir(build), mkdir(download)]);
      await writeFile(join(pakhus.cwd, 'pakhus.yaml'), CONFIG);
      await writeFile(join(build, IMAGE), 'firmware');
      await writeFile(join(build, 'profiles.json'), '{}');
      await pakhus.json('key', 'new', 'release');
      await pakhus.json('publish', build, '--to', 'router/24.10.4/images', '--init');

      const { variants } = readClientAnswer(await pakhus.json('client', 'router/24.10.4'));
      const check = variants.find(({ title }) => title.startsWith('An image of images'))?.text ?? '';
      const run = () =>
        runCommand(['sh', '-c', check.replaceAll('/IMAGE', `/${IMAGE}`)], {
          env: plainEnvironment(),
          cwd: download,
        });
      expect(succeeded(await run()).stdout).toContain(`${IMAGE}: OK`);

      const target = join(store, 'router/24.10.4/targets/ath79/generic');
      await using gnupg = await createGnuPg();
      await gnupg.gpg(['--import', join(store, 'router/key.asc')]);
      await gnupg.gpg(['--verify', join(target, 'sha256sums.asc'), join(target, 'sha256sums')]);

      await writeFile(join(target, IMAGE), 'malware!');
      await writeFile(join(download, IMAGE), 'malware!');
      const { code, stdout } = await run();
      expect({ code, stdout }).toMatchObject({
        code: 1,
        stdout: expect.stringContaining(`${IMAGE}: FAILED`),
      });
    });
  },
);
