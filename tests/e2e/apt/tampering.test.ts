import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const DEMO = { name: 'demo', version: '1.0', architecture: 'all' };

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name}, when the host was tampered with`, lack ?? lackOfTool('dpkg-deb'), () => {
    test.each([
      ['an index', /\/Packages(\.\w+)?$|\/by-hash\//, 'update', /Hash Sum mismatch/],
      ['the signed text of InRelease', /\/InRelease$/, 'update', /signature|BADSIG/i],
      ['a package', /\.deb$/, 'install', /Hash Sum mismatch/],
    ] as const)('refuses %s', async (_what, files, step, message) => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO]);
      await changeFiles(repository, files);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      const update = await apt.update();
      const result = step === 'update' ? update : await apt.install('demo');
      if (step === 'install') succeeded(update);
      expect(result.code).toBe(100);
      expect(result.stderr).toMatch(message);
      expect(await apt.installed()).toEqual(new Map());
    });

    test('refuses a repository that another key signed', async () => {
      await using repository = await createPublishedRepository();
      await using impostor = await createPublishedRepository();
      await repository.publish([DEMO]);
      await impostor.publish([DEMO]);
      const sources = (await repository.sources()).replace(repository.server.url, impostor.server.url);
      await using apt = await createAptRoot(client(), { sources });
      const update = await apt.update();
      expect(update.code).toBe(100);
      expect(update.stderr).toMatch(/NO_PUBKEY|Missing key/);
      expect((await apt.policy('demo')).candidate).toBeUndefined();
    });

    test('reads Release with Release.gpg where InRelease is missing, and refuses Release alone', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO]);
      const sources = await repository.sources();
      const dist = join(repository.store, 'deb/dists/stable');
      await rm(join(dist, 'InRelease'));
      await using apt = await createAptRoot(client(), { sources });
      succeeded(await apt.update());
      succeeded(await apt.install('demo'));

      await rm(join(dist, 'Release.gpg'));
      await using second = await createAptRoot(client(), { sources });
      const update = await second.update();
      expect(update.code).toBe(100);
      expect(update.stderr).toContain('is not signed');
    });

    test('keeps what it has when an older state is put back', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO]);
      const old = join(repository.pakhus.cwd, 'old');
      await cp(repository.store, old, { recursive: true });
      await repository.publish([{ ...DEMO, version: '2.0' }]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      repository.server.setRoot(old);
      succeeded(await apt.update());
      expect((await apt.policy('demo')).candidate).toBe('2.0');
    });
  });
}

/** Changes a byte in the middle of every served file whose path matches. */
async function changeFiles(repository: PublishedRepository, pattern: RegExp): Promise<void> {
  const root = join(repository.store, 'deb');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => pattern.test(path));
  if (paths.length === 0) throw new Error(`no file of ${root} matches ${pattern}`);
  for (const path of paths) {
    const bytes = await readFile(path);
    const at = bytes.indexOf('stable') === -1 ? bytes.length >> 1 : bytes.indexOf('stable');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await rm(path);
    await writeFile(path, bytes);
  }
}
