import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createPublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const DEMO = { name: 'demo', version: '1.0', fields: { Depends: 'demo-data (>= 1.0)' } };
const DATA = { name: 'demo-data', version: '1.0', architecture: 'all' };

for (const { name, lack, client } of await aptClients()) {
  describeWith(name, lack ?? lackOfTool('dpkg-deb'), () => {
    test('installs what was published, with its dependencies', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO, DATA]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });

      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await apt.install('demo'));
      expect(Object.fromEntries(await apt.installed())).toEqual({ demo: '1.0', 'demo-data': '1.0' });
      expect(await readFile(join(apt.path, 'usr/share/demo/version'), 'utf8')).toBe('demo 1.0\n');

      const { log } = repository.server;
      expect(log.filter(({ status }) => status !== 200)).toEqual([]);
      expect(log.filter(({ path }) => path.includes('Packages') && !path.includes('/by-hash/'))).toEqual([]);
      repository.server.clearLog();
      succeeded(await apt.update());
      expect(repository.server.log.map(({ path, status }) => [path, status])).toEqual([
        ['/deb/dists/stable/InRelease', 304],
      ]);
    });

    test('upgrades to a version that is published later, and still gets the older one by name', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO, DATA]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      succeeded(await apt.install('demo'));

      await repository.publish([
        { ...DEMO, version: '1.0+b1' },
        { ...DEMO, version: '2.0~rc1' },
      ]);
      succeeded(await apt.update());
      expect(await apt.policy('demo')).toEqual({
        installed: '1.0',
        candidate: '2.0~rc1',
        versions: ['2.0~rc1', '1.0+b1', '1.0'],
      });
      succeeded(await apt.upgrade());
      expect((await apt.installed()).get('demo')).toBe('2.0~rc1');
      succeeded(await apt.install('demo=1.0+b1'));
      expect(await readFile(join(apt.path, 'usr/share/demo/version'), 'utf8')).toBe('demo 1.0+b1\n');
    });

    test('sees each of two publishes that follow one another at once', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DATA]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      for (const version of ['1.1', '1.2', '1.3']) {
        await repository.publish([{ ...DATA, version }]);
        succeeded(await apt.update());
        expect((await apt.policy('demo-data')).candidate).toBe(version);
      }
    });

    test('no longer sees what was removed', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO, DATA, { ...DATA, version: '1.1' }]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      expect((await apt.policy('demo-data')).versions).toEqual(['1.1', '1.0']);

      await repository.pakhus.json('remove', 'deb/stable/main', 'demo-data=1.1');
      succeeded(await apt.update());
      expect((await apt.policy('demo-data')).versions).toEqual(['1.0']);
      await repository.pakhus.json('remove', 'deb/stable/main', 'demo');
      await repository.pakhus.json('remove', 'deb/stable/main', 'demo-data');
      succeeded(await apt.update());
      expect((await apt.install('demo')).stderr).toContain('Unable to locate package demo');
    });

    test('tells two channels and two components apart, also for one version with two contents', async () => {
      await using repository = await createPublishedRepository();
      await writeFile(
        join(repository.pakhus.cwd, 'pakhus.yaml'),
        'repositories:\n  deb: { format: deb, channels: [stable, testing], components: [main, extra] }\n',
      );
      await repository.publish([DATA], 'deb/stable/main');
      await repository.publish([{ ...DEMO, name: 'demo-extra' }], 'deb/stable/extra');
      const other = { ...DATA, files: { 'usr/share/demo-data/version': 'built for testing\n' } };
      await repository.publish([other, { ...DEMO, version: '2.0' }], 'deb/testing/main');

      await using stable = await createAptRoot(client(), { sources: await repository.sources('deb/stable') });
      expect(await stable.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await stable.install('demo-extra'));
      expect(Object.fromEntries(await stable.installed())).toEqual({
        'demo-extra': '1.0',
        'demo-data': '1.0',
      });
      expect(await readFile(join(stable.path, 'usr/share/demo-data/version'), 'utf8')).toBe(
        'demo-data 1.0\n',
      );
      expect((await stable.install('demo')).stderr).toContain('Unable to locate package demo');

      await using testing = await createAptRoot(client(), {
        sources: await repository.sources('deb/testing'),
      });
      expect(await testing.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await testing.install('demo'));
      expect(await readFile(join(testing.path, 'usr/share/demo-data/version'), 'utf8')).toBe(
        'built for testing\n',
      );

      const main = await repository.sources('deb/stable/main');
      await using narrow = await createAptRoot(client(), { sources: main });
      succeeded(await narrow.update());
      expect((await narrow.install('demo-extra')).stderr).toContain('Unable to locate package demo-extra');
    });

    test('keeps to what it has where a channel is not automatic, and upgrades what came from it', async () => {
      await using repository = await createPublishedRepository();
      await writeFile(
        join(repository.pakhus.cwd, 'pakhus.yaml'),
        [
          'repositories:',
          '  deb:',
          '    format: deb',
          '    origin: Example',
          '    validForDays: 30',
          '    channels:',
          '      stable: { suite: stable, codename: oak }',
          '      backports: { notAutomatic: true, butAutomaticUpgrades: true }',
          '',
        ].join('\n'),
      );
      await repository.publish([DATA], 'deb/stable/main');
      await repository.publish([{ ...DATA, version: '2.0' }], 'deb/backports/main');
      const sources = `${await repository.sources('deb/stable')}\n${await repository.sources('deb/backports')}`;
      await using apt = await createAptRoot(client(), { sources });
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      expect((await apt.policy('demo-data')).candidate).toBe('1.0');
      const policy = (await apt.run('apt-cache', 'policy')).stdout;
      expect(policy).toMatch(/100 http\S+ backports\/main/);
      expect(policy).toContain('release o=Example,a=stable,n=oak');

      succeeded(await apt.install('demo-data/backports'));
      await repository.publish([{ ...DATA, version: '2.1' }], 'deb/backports/main');
      succeeded(await apt.update());
      succeeded(await apt.upgrade());
      expect((await apt.installed()).get('demo-data')).toBe('2.1');
    });

    test('gets the packages of its architectures, and those for all of them', async () => {
      await using repository = await createPublishedRepository();
      const built = ['amd64', 'arm64'].map((architecture) => ({ ...DEMO, architecture, fields: {} }));
      await repository.publish([...built, DATA]);
      const sources = await repository.sources();
      await using both = await createAptRoot(client(), { sources, foreignArchitectures: ['arm64'] });
      expect(await both.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await both.install('demo:arm64', 'demo-data'));
      await using arm = await createAptRoot(client(), { sources, architecture: 'arm64' });
      expect(await arm.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await arm.install('demo', 'demo-data'));
      const status = await readFile(join(arm.path, 'var/lib/dpkg/status'), 'utf8');
      expect(status.match(/^Architecture: .*/gm)).toEqual(['Architecture: arm64', 'Architecture: all']);
    });

    test('installs from a folder without any server', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO, DATA]);
      const sources = (await repository.sources()).replace(repository.server.url, `file:${repository.store}`);
      await using apt = await createAptRoot(client(), { sources, expose: [repository.store] });
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await apt.install('demo'));
      expect([...(await apt.installed()).keys()]).toEqual(['demo', 'demo-data']);
    });

    test('installs every package of processes that publish at the same time', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DATA]);
      const names = ['one', 'two', 'three', 'four'];
      await Promise.all(names.map((each) => repository.publish([{ name: `demo-${each}`, version: '1' }])));
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      succeeded(await apt.install(...names.map((each) => `demo-${each}`)));
      expect((await apt.installed()).size).toBe(names.length);
    });
  });
}
