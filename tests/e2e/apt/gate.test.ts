/** The gate beside the real apt: what it refuses would break machines, and what it lets through does not. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type AptRoot, createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { makeDeb } from '../../support/make-deb.ts';
import { createPublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const LIB = { name: 'demo-lib', version: '1.0' };
const APP = { name: 'demo', version: '1.0', fields: { Depends: 'demo-lib (= 1.0), elsewhere (>= 1)' } };
const LIB2 = { ...LIB, version: '2.0' };
const APP2 = { ...APP, version: '2.0', fields: { Depends: 'demo-lib (= 2.0), elsewhere (>= 1)' } };

/** Whether an empty machine that fetches the lists anew can install the newest `demo`. */
async function canInstall(apt: AptRoot): Promise<boolean> {
  succeeded(await apt.update());
  return (await apt.run('apt-get', '-s', '-y', 'install', 'demo')).code === 0;
}

for (const { name, lack, client } of await aptClients()) {
  describeWith(name, lack ?? lackOfTool('dpkg-deb'), () => {
    test('what is refused would have broken apt, and what belongs together gets through', async () => {
      await using repository = await createPublishedRepository();
      const { pakhus } = repository;
      await repository.publish([LIB, APP]);
      const sources = await repository.sources();
      await using apt = await createAptRoot(client(), { sources, assumeInstalled: { elsewhere: '1' } });
      expect(await canInstall(apt)).toBe(true);

      const removal = await pakhus.run('remove', 'deb/stable', 'demo-lib');
      expect(removal).toMatchObject({ code: 1, stdout: '' });
      expect(removal.stderr).toContain(
        'demo 1.0 amd64 depends on demo-lib (= 1.0), which stable would not have',
      );
      const deb = await makeDeb(pakhus.cwd, LIB2);
      const update = await pakhus.run('publish', deb);
      expect(update).toMatchObject({ code: 1, stdout: '' });
      expect(update.stderr).toContain('of which stable would have only demo-lib 2.0');
      expect(await canInstall(apt)).toBe(true);

      succeeded(await pakhus.run('publish', deb, '--allow-uninstallable'));
      expect(await canInstall(apt)).toBe(false);
      await repository.publish([APP2]);
      expect(await canInstall(apt)).toBe(true);
      succeeded(await pakhus.run('remove', 'deb/stable', 'demo=1.0', 'demo-lib=1.0'));
      expect(await canInstall(apt)).toBe(true);
      succeeded(await pakhus.run('remove', 'deb/stable', 'demo-lib', '--allow-uninstallable'));
      expect(await canInstall(apt)).toBe(false);
    });

    test('with a base index, what comes from elsewhere is looked up there', async () => {
      await using base = await createPublishedRepository();
      await base.publish([{ name: 'elsewhere', version: '1' }]);
      await using repository = await createPublishedRepository();
      const { pakhus } = repository;
      const index = join(base.store, 'deb/dists/stable/main/binary-{arch}/Packages.xz');
      const config = `repositories:\n  deb:\n    format: deb\n    base:\n      - ${index}\n`;
      await writeFile(join(pakhus.cwd, 'pakhus.yaml'), config);
      await repository.publish([LIB, APP]);
      const sources = `${await repository.sources()}\n${await base.sources()}`;
      await using apt = await createAptRoot(client(), { sources });
      expect(await canInstall(apt)).toBe(true);

      const needy = { ...APP, version: '1.1', fields: { Depends: 'demo-lib (= 1.0), elsewhere (>= 2)' } };
      const deb = await makeDeb(pakhus.cwd, needy);
      const refused = await pakhus.run('publish', deb);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(
        'demo 1.1 amd64 depends on elsewhere (>= 2), of which stable would have only elsewhere 1',
      );
      succeeded(await pakhus.run('publish', deb, '--allow-uninstallable'));
      expect(await canInstall(apt)).toBe(false);
      await base.publish([{ name: 'elsewhere', version: '2' }]);
      expect(await canInstall(apt)).toBe(true);
    });
  });
}
