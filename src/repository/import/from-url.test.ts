/** Copying a repository from a web server. */
import { expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import {
  type ForeignSuite,
  foreignSigner,
  importAs,
  writeForeignSuite,
} from '../../../tests/support/foreign-repository.ts';
import { storageReader } from '../../../tests/support/storage-reader.ts';
import { createTestRepository, keysOf, type TestUser } from '../../../tests/support/test-repository.ts';
import { createMemoryStorage } from '../../storage/memory.ts';
import type { Storage } from '../../storage/storage.ts';
import type { UrlAnswer } from '../../upstream/url-reader.ts';
import { verifyRepository } from '../verify/verify.ts';
import type { ImportResult } from './import-repository.ts';

const URL = 'https://packages.example.org/apt';
const PACKAGES = [
  { name: 'hello', architecture: 'all' },
  { name: 'lib++', version: '1:2~b1' },
];

interface Elsewhere extends AsyncDisposable {
  readonly user: TestUser;
  /** What the web server has. */
  readonly served: Storage;
  /** Paths that were asked for since the last import began. */
  readonly asked: string[];
  import(options?: {
    readonly faults?: (path: string) => Partial<UrlAnswer> | undefined;
    readonly publicKeys?: readonly string[];
    readonly keepGoing?: boolean;
    readonly suites?: readonly string[];
  }): Promise<ImportResult>;
}

async function serve(suite: ForeignSuite = { packages: PACKAGES }): Promise<Elsewhere> {
  const user = await createTestRepository();
  const served = createMemoryStorage({ clock: user.clock });
  await writeForeignSuite({ ...user, store: served }, suite, '');
  const signer = await foreignSigner();
  const asked: string[] = [];
  return {
    user,
    served,
    asked,
    import: async ({
      faults,
      publicKeys = [signer.publicArmored],
      keepGoing = false,
      suites = ['bookworm'],
    } = {}) => {
      asked.length = 0;
      const read = storageReader(served, URL, (path) => {
        asked.push(path);
        return faults?.(path);
      });
      return importAs(user, { from: { url: URL, publicKeys, read }, channels: suites, keepGoing });
    },
    [Symbol.asyncDispose]: user[Symbol.asyncDispose],
  };
}

test('indexes are believed by signature, packages by digest, and come to the same paths', async () => {
  await using elsewhere = await serve();
  const { user } = elsewhere;
  expect(await elsewhere.import()).toMatchObject({ packages: 2, rev: 1, bad: [] });
  expect((await readAsClient(user.store, 'deb', 'bookworm'))?.packages).toEqual([
    'hello 1.0',
    'lib++ 1:2~b1',
  ]);
  expect(await keysOf(user.store, 'deb/pool/')).toEqual(
    (await keysOf(elsewhere.served, 'pool/')).map((key) => `deb/${key}`),
  );
  expect((await verifyRepository(await user.open(), user.options)).findings).toEqual([]);
  expect(elsewhere.asked.filter((path) => path.endsWith('/Packages'))).toEqual([]);
});

test('what was fetched before is not fetched again', async () => {
  await using elsewhere = await serve();
  const broken = elsewhere.import({
    faults: (path) => (path.includes('lib++') ? { status: 503 } : undefined),
  });
  await expect(broken).rejects.toMatchObject({
    code: 'NETWORK_FAILED',
    message: expect.stringContaining('lib%2b%2b_2%7eb1_amd64.deb: the server answers with status 503'),
  });
  expect(elsewhere.asked.filter((path) => path.includes('lib++'))).toHaveLength(4);
  await elsewhere.import();
  expect(elsewhere.asked.filter((path) => path.endsWith('.deb'))).toEqual([
    'pool/main/l/lib++/lib++_2~b1_amd64.deb',
  ]);
});

test('a server that stumbles is asked again', async () => {
  await using elsewhere = await serve();
  const failed = new Set<string>();
  const { packages } = await elsewhere.import({
    faults: (path) => {
      if (failed.has(path)) return undefined;
      failed.add(path);
      return { status: 500 };
    },
  });
  expect(packages).toBe(2);
});

test('another file than the index names is not kept', async () => {
  await using elsewhere = await serve();
  const evil = (path: string): Partial<UrlAnswer> | undefined =>
    path.endsWith('.deb') && path.includes('hello')
      ? {
          body: (async function* () {
            yield Buffer.alloc(10);
          })(),
        }
      : undefined;
  await expect(elsewhere.import({ faults: evil })).rejects.toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringContaining('hello_1.0_all.deb'),
  });
  expect(await keysOf(elsewhere.user.store, 'deb/pool/main/h/')).toEqual([]);
  expect(await elsewhere.import({ faults: evil, keepGoing: true })).toMatchObject({
    packages: 1,
    bad: [{ where: 'pool/main/h/hello/hello_1.0_all.deb' }],
  });
});

test('nothing is fetched of a repository that nobody known has signed', async () => {
  await using elsewhere = await serve();
  await expect(elsewhere.import({ publicKeys: [] })).rejects.toMatchObject({ code: 'VERIFY_FAILED' });
  expect(elsewhere.asked).toEqual(['dists/bookworm/InRelease']);
  expect(await keysOf(elsewhere.user.store)).toEqual([]);
});

test('suites have to be named, and have to be there', async () => {
  await using elsewhere = await serve();
  await expect(elsewhere.import({ suites: [] })).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
  await expect(elsewhere.import({ suites: ['trixie'] })).rejects.toMatchObject({
    message: `${URL} has no dists/trixie/InRelease and no dists/trixie/Release`,
  });
});

test("somebody else's repository at the same place is not written over", async () => {
  await using elsewhere = await serve();
  await writeForeignSuite(elsewhere.user, {});
  await expect(elsewhere.import()).rejects.toMatchObject({
    code: 'IMPORT_REFUSED',
    message: '/simulated/deb has a dists/bookworm/InRelease that pakhus did not make',
  });
});
