import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { fetchRealDebs } from '../../support/real-debs.ts';
import { outputOf, succeeded } from '../../support/run-command.ts';
import { describeWith } from '../../support/skip.ts';

const real = await fetchRealDebs();
const clients = await aptClients();

/** Libraries that the packages need and that are not among them. */
const ASSUMED = { libc6: '9', liblzma5: '9', libtinfo6: '9', libbsd0: '9', perl: '9' };

describeWith('real packages of Debian', 'lack' in real ? real.lack : undefined, () => {
  const paths = 'lack' in real ? [] : real.paths;
  let repository: PublishedRepository;

  beforeAll(async () => {
    repository = await createPublishedRepository();
    await repository.pakhus.json('publish', ...paths, '--init', '--to', 'deb/stable/main');
  });
  afterAll(() => repository[Symbol.asyncDispose]());

  for (const { name, lack, client } of clients) {
    describeWith(name, lack, () => {
      test('come back byte for byte', async () => {
        await using apt = await createAptRoot(client(), { sources: await repository.sources() });
        expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
        succeeded(
          await apt.run(
            'sh',
            '-c',
            'cd "$TMPDIR" && apt-get download "$@"',
            'sh',
            ...(await packageNames(paths)),
          ),
        );
        const folder = join(apt.path, 'tmp');
        const names = (await readdir(folder)).filter((file) => file.endsWith('.deb'));
        expect(names.sort()).toEqual(paths.map((path) => basename(path)).sort());
        for (const path of paths) {
          const got = await readFile(join(folder, basename(path)));
          expect(got.equals(await readFile(path)), basename(path)).toBe(true);
        }
      });

      test('are installed with the dependencies among them', async () => {
        const plain = await withoutScripts(paths);
        await using apt = await createAptRoot(client(), {
          sources: await repository.sources(),
          assumeInstalled: ASSUMED,
        });
        succeeded(await apt.update());
        succeeded(await apt.install(...(await packageNames(plain))));
        const installed = await apt.installed();
        for (const name of await packageNames(plain)) expect(installed.has(name), name).toBe(true);
        expect((await stat(join(apt.path, 'usr/bin/hello'))).isFile()).toBe(true);
        succeeded(await apt.run('dpkg', '--root', apt.path.slice(client().root.length), '--verify'));
      });
    });
  }
});

describe('the choice of real packages', () => {
  test.skipIf('lack' in real)('has about twenty', () => {
    expect('paths' in real && real.paths.length).toBeGreaterThan(19);
  });
});

async function packageNames(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map(async (path) => (await outputOf(['dpkg-deb', '-f', path, 'Package'])).trim()));
}

/** Packages that dpkg can set up in an empty root, where no script could run. */
async function withoutScripts(paths: readonly string[]): Promise<readonly string[]> {
  const plain: string[] = [];
  for (const path of paths) {
    const members = await outputOf(['sh', '-c', 'dpkg-deb --ctrl-tarfile "$1" | tar -t', 'sh', path]);
    if (!/^\.\/(preinst|postinst)$/m.test(members)) plain.push(path);
  }
  return plain;
}
