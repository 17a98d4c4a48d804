import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { comparePackages, indexWith } from '../../support/compare-packages.ts';
import { fixtureRepository } from '../../support/fixture-repository.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { fetchRealDebs } from '../../support/real-debs.ts';
import { outputOf } from '../../support/run-command.ts';
import { describeWith, lackOfTools } from '../../support/skip.ts';

/**
 * Where the peers themselves differ, or list what no apt of today reads (MD5 and SHA-1 are unusable to it, and SHA-512 adds nothing
 * to SHA-256); `Description-md5` names a translation that only an archive with Translation files has.
 */
const OF_THE_PEERS = ['md5sum', 'sha1', 'sha512', 'description-md5'];

const DECOMPRESSORS: Readonly<Record<string, string>> = { '.gz': 'gzip', '.xz': 'xz', '.zst': 'zstd' };

const real = await fetchRealDebs();
const inputs = [
  { name: 'the fixtures', lack: undefined, paths: [join(fixtureRepository(), 'pool')] },
  {
    name: 'real packages',
    lack: 'lack' in real ? real.lack : undefined,
    paths: 'lack' in real ? [] : real.paths,
  },
];

for (const { name, lack, paths } of inputs) {
  describeWith(
    `Packages of ${name}`,
    lack ?? lackOfTools('dpkg-scanpackages', 'apt-ftparchive', 'xz', 'zstd'),
    () => {
      let repository: PublishedRepository;

      beforeAll(async () => {
        repository = await createPublishedRepository();
        await repository.pakhus.json('publish', ...paths, '--init', '--to', 'deb/stable/main');
      });
      afterAll(() => repository[Symbol.asyncDispose]());

      test('is the same text in every compression', async () => {
        for (const path of await indexPaths(join(repository.store, 'deb'))) {
          const gz = gunzipSync(await readFile(path.replace(/\.\w+$/, '.gz'))).toString();
          const program = DECOMPRESSORS[extname(path)] ?? 'cat';
          expect(await outputOf([program, '-dc', path]), path).toBe(gz);
        }
      });

      test.each(['dpkg-scanpackages', 'apt-ftparchive'] as const)(
        'agrees with %s field by field',
        async (indexer) => {
          const root = join(repository.store, 'deb');
          const ours = await publishedPackages(root, indexer === 'apt-ftparchive');
          const theirs = await indexWith(indexer, { root, pool: 'pool' });
          expect(comparePackages(ours, theirs, { ignore: OF_THE_PEERS })).toEqual([]);
        },
      );
    },
  );
}

/** All indexes of the channel, one after the other; those of the installer's packages only where wanted. */
async function publishedPackages(root: string, withUdebs: boolean): Promise<string> {
  const paths = (await indexPaths(root)).filter(
    (path) => path.endsWith('.gz') && (withUdebs || !path.includes('debian-installer')),
  );
  const texts = await Promise.all(paths.map(async (path) => gunzipSync(await readFile(path)).toString()));
  return texts.join('\n');
}

async function indexPaths(root: string): Promise<readonly string[]> {
  const folder = join(root, 'dists/stable');
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((path) => /\/Packages\.\w+$/.test(path)).map((path) => join(folder, path));
}
