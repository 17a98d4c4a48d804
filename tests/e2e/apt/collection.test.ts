/** Collection in a real directory, by real processes, while real clients install. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const LIST = z.object({ packages: z.array(z.object({ version: z.string() })) });
const DEMO = { name: 'demo', architecture: 'all' };

async function pool({ store }: PublishedRepository): Promise<readonly string[]> {
  return (await readdir(join(store, 'deb/pool/main/d/demo'))).sort();
}

/** Publishes a version in place of the one before. */
async function replace(repository: PublishedRepository, version: string): Promise<void> {
  await repository.publish([{ ...DEMO, version }]);
  const { packages } = LIST.parse(await repository.pakhus.json('list', 'deb'));
  for (const old of packages.filter((one) => one.version !== version))
    await repository.pakhus.json('remove', 'deb/stable/main', `demo=${old.version}`);
}

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name}, after a collection`, lack ?? lackOfTool('dpkg-deb'), () => {
    test('updates from the index that it had, installs, and upgrades', async () => {
      await using repository = await createPublishedRepository();
      for (const version of ['1.0', '2.0', '3.0']) await replace(repository, version);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      expect(await pool(repository)).toHaveLength(3);

      const { stdout, code } = await repository.pakhus.run('gc', '--grace', '0s');
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^deb: deleted \d+ files, /),
      });
      expect(await pool(repository)).toEqual(['demo_2.0_all.deb', 'demo_3.0_all.deb']);
      succeeded(await apt.install('demo'));
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });

      await replace(repository, '4.0');
      await repository.pakhus.json('gc', '--grace', '0s');
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await apt.upgrade());
      expect((await apt.installed()).get('demo')).toBe('4.0');
      await repository.pakhus.json('verify');
    });

    test('with an index of before the last publishes installs what it lists', async () => {
      await using repository = await createPublishedRepository();
      await replace(repository, '1.0');
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      for (const version of ['2.0', '3.0', '4.0']) await replace(repository, version);
      await repository.pakhus.json('gc');
      succeeded(await apt.install('demo'));
      expect((await apt.installed()).get('demo')).toBe('1.0');
    });
  });
}
