/** A mirror of what reprepro publishes: apt installs from it with nothing else, while upstream is away. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createStaticServer } from '../../support/http-server.ts';
import { type DebSpec, makeDeb } from '../../support/make-deb.ts';
import { createPakhus } from '../../support/pakhus.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTools } from '../../support/skip.ts';
import { createTempDir } from '../../support/temp.ts';
import { REPREPRO } from '../../support/vendor-tree.ts';

const PACKAGES: readonly DebSpec[] = [
  { name: 'app', version: '1.0', fields: { Depends: 'libapp (>= 2), app-data (= 1.0) | nothing, mta' } },
  { name: 'libapp', version: '2:2.1+b1~x', fields: { 'Pre-Depends': 'base' } },
  { name: 'app-data', version: '1.0', architecture: 'all' },
  { name: 'base', version: '1' },
  { name: 'small-mta', version: '3', fields: { Provides: 'mta (= 3)' } },
  { name: 'stranger', version: '1' },
];

const clients = await aptClients();

for (const { name, lack, client } of clients) {
  describeWith(`${name} with a mirror`, lack ?? REPREPRO.lack ?? lackOfTools('dpkg-deb'), () => {
    test('installs from it alone, and is brought up to date by it', { timeout: 300_000 }, async () => {
      await using debs = await createTempDir('debs');
      await using tree = await REPREPRO.create();
      for (const spec of PACKAGES) await tree.add(await makeDeb(debs.path, spec));
      const upstream = await createStaticServer(tree.path);
      await using pakhus = await createPakhus();
      await writeFile(join(pakhus.cwd, 'vendor.asc'), tree.key.publicArmored);
      const source = [
        upstream.url,
        '--suite',
        'bookworm',
        '--architecture',
        'amd64',
        '--keyring',
        'vendor.asc',
      ];
      succeeded(await pakhus.run('mirror', 'add', 'vendor', ...source, '--package', 'app'));
      succeeded(await pakhus.run('mirror', 'sync', 'vendor'));

      await using server = await createStaticServer(join(pakhus.cwd, 'public'));
      const instructions = await pakhus.json('client', 'vendor', '--url', server.url);
      const sources = (instructions as { files: { path: string; content: string }[] }).files.find(
        ({ path }) => path.endsWith('.sources'),
      );
      await using root = await createAptRoot(client(), { sources: sources?.content ?? '' });
      await tree.add(await makeDeb(debs.path, { name: 'base', version: '2' }));
      await upstream.setHook(() => ({ kind: 'status', status: 503 }));
      succeeded(await root.update());
      succeeded(await root.install('app'));
      expect(Object.fromEntries(await root.installed())).toEqual({
        app: '1.0',
        libapp: '2:2.1+b1~x',
        'app-data': '1.0',
        base: '1',
        'small-mta': '3',
      });
      expect((await root.policy('stranger')).candidate).toBeUndefined();

      upstream.setHook(undefined);
      succeeded(await pakhus.run('mirror', 'sync', 'vendor'));
      await upstream[Symbol.asyncDispose]();
      succeeded(await root.update());
      succeeded(await root.upgrade());
      expect((await root.installed()).get('base')).toBe('2');
    });
  });
}
