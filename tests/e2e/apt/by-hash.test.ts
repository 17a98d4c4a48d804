import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createPublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const OLD = { name: 'demo', version: '1.0', architecture: 'all' };
const NEW = { ...OLD, version: '2.0' };

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name}, while a publish runs`, lack ?? lackOfTool('dpkg-deb'), () => {
    test('gets the indexes of the InRelease that it read, though a publish replaced it in between', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([OLD]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });

      let published = false;
      repository.server.setHook(async (path) => {
        if (published || path.endsWith('/InRelease')) return undefined;
        published = true;
        await repository.publish([NEW]);
        return undefined;
      });
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      expect(published).toBe(true);
      expect((await apt.policy('demo')).versions).toEqual(['1.0']);
      expect(repository.server.log.filter(({ status }) => status >= 400)).toEqual([]);

      succeeded(await apt.install('demo'));
      succeeded(await apt.update());
      succeeded(await apt.upgrade());
      expect((await apt.installed()).get('demo')).toBe('2.0');
    });

    test('still gets a package that was removed after its update', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([OLD, { ...OLD, name: 'other' }]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      await repository.pakhus.json('remove', 'deb/stable/main', 'demo');
      succeeded(await apt.install('demo'));
    });

    test('that does not ask by hash reads the plain names', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([OLD]);
      const config = 'Acquire::By-Hash "no";';
      await using apt = await createAptRoot(client(), { sources: await repository.sources(), config });
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      const paths = repository.server.log.map(({ path }) => path);
      expect(paths).toContain('/deb/dists/stable/main/binary-all/Packages.xz');
      expect(paths.join()).not.toContain('/by-hash/');
      succeeded(await apt.install('demo'));
    });
  });
}
