import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { fixtureRepository, fixtureSources } from '../../support/fixture-repository.ts';
import { createStaticServer } from '../../support/http-server.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfRoot } from '../../support/skip.ts';
import { createTempDir } from '../../support/temp.ts';

// The judge is judged first: the clients against a repository that apt-ftparchive and gpg made. What fails here is not our product.

const ASSUMED = { libfixture6: '2.40', 'dpkg-fixture': '1.20', 'oskeld-meta': '9' };

for (const { name, lack, client } of await aptClients()) {
  describeWith(`a reference repository with ${name}`, lack, () => {
    test('is updated from and installed from over HTTP', async () => {
      await using server = await createStaticServer(fixtureRepository());
      await using apt = await createAptRoot(client(), { sources: await fixtureSources(server.url) });
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      expect(await apt.policy('brindlewick')).toEqual({
        installed: undefined,
        candidate: '2:1.4.0~rc2+git20260101-3',
        versions: ['2:1.4.0~rc2+git20260101-3', '2:1.3.9-1'],
      });
      succeeded(await apt.install('oskeld-czst-dxz', 'oskeld-cnone-dbz2'));
      expect([...(await apt.installed()).keys()]).toEqual(['oskeld-cnone-dbz2', 'oskeld-czst-dxz']);
      expect(server.log.map(({ path, status }) => `${status} ${path}`)).toContain(
        '200 /dists/fixstable/main/binary-amd64/Packages.xz',
      );
    });

    test('is refused when InRelease, an index or a package was changed', async () => {
      await using copy = await createTempDir('tampered');
      await cp(fixtureRepository(), copy.path, { recursive: true });
      await using server = await createStaticServer(copy.path);
      const sources = await fixtureSources(server.url);

      const pool = join(copy.path, 'pool/matrix/oskeld-cgz-dgz_1.0-1_all.deb');
      await flipByte(pool);
      await using apt = await createAptRoot(client(), { sources });
      succeeded(await apt.update());
      const install = await apt.install('oskeld-cgz-dgz');
      expect(install.code).toBe(100);
      expect(install.stderr).toContain('Hash Sum mismatch');

      await flipByte(join(copy.path, 'dists/fixstable/main/binary-amd64/Packages.xz'));
      await using second = await createAptRoot(client(), { sources });
      const update = await second.update();
      expect(update.code).toBe(100);
      expect(update.stderr).toContain('Hash Sum mismatch');

      const release = join(copy.path, 'dists/fixstable/InRelease');
      await writeFile(
        release,
        (await readFile(release, 'utf8')).replace('Origin: Fixture', 'Origin: Fixturf'),
      );
      await using third = await createAptRoot(client(), { sources });
      const refused = await third.update();
      expect(refused.code).toBe(100);
      expect(refused.stderr).toMatch(/signature|BADSIG/i);
    });

    describeWith('whose packages have maintainer scripts', lackOfRoot(), () => {
      test('is installed from with file:, dependencies included', async () => {
        const folder = fixtureRepository();
        await using apt = await createAptRoot(client(), {
          sources: await fixtureSources(`file:${folder}`),
          expose: [folder],
          withShell: true,
          assumeInstalled: ASSUMED,
        });
        succeeded(await apt.update());
        succeeded(await apt.install('pennyfern'));
        expect(Object.fromEntries(await apt.installed())).toEqual({
          ...ASSUMED,
          brindlewick: '2:1.4.0~rc2+git20260101-3',
          'libbrindle++1': '0.9+b2-1+b3',
          pennyfern: '3.0-1',
          tolmar: '20260101',
        });
      });

      test('is upgraded from an older version', async () => {
        await using server = await createStaticServer(fixtureRepository());
        await using apt = await createAptRoot(client(), {
          sources: await fixtureSources(server.url),
          withShell: true,
          assumeInstalled: ASSUMED,
        });
        await apt.update();
        succeeded(await apt.install('brindlewick=2:1.3.9-1'));
        expect((await apt.policy('brindlewick')).installed).toBe('2:1.3.9-1');
        succeeded(await apt.upgrade());
        expect((await apt.policy('brindlewick')).installed).toBe('2:1.4.0~rc2+git20260101-3');
      });
    });
  });
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  await writeFile(path, bytes);
}

describe('the scratch root', () => {
  test('leaves nothing behind', async () => {
    const rows = await aptClients();
    for (const { lack, client } of rows) {
      if (lack !== undefined) continue;
      const apt = await createAptRoot(client(), { sources: '' });
      await apt[Symbol.asyncDispose]();
      await expect(readFile(join(apt.path, 'apt.conf'))).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});
