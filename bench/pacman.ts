/**
 * pacman: one more package comes into a database. The peer is `repo-add`, which unpacks the database, adds the package and packs all of it
 * again. It starts from the database that pakhus made, signs nothing, and has its scratch folder on tmpfs as well.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { type TarWriteEntry, writeTar } from '../src/codec/tar-writer.ts';
import { createDatabaseReader } from '../src/formats/pacman/read-database.ts';
import { type Measurement, measure } from './measure.ts';
import { ownHome, PAKHUS, POINTERS_REST_MS } from './pakhus.ts';
import { createRandom, type Random } from './random.ts';
import type { Recorder } from './recorder.ts';

/** Packages in the database. */
export const PACMAN_SIZES = [300, 5000, 15_000] as const;
/** Files of a package: most have few. */
const MOST_FILES = 60;
const PAYLOAD_RANGE_BYTES = 3000;
const BUILT_SECONDS = 1_767_225_600;
const DATABASES = ['pacman.db.tar.gz', 'pacman.files.tar.gz'];

/** Adds packages in rounds. Throws when the databases do not say the same at the end. */
export async function benchPacman(
  dir: string,
  options: {
    readonly recorder: Recorder;
    readonly seed: number;
    readonly sizes: readonly number[];
    readonly times: number;
  },
): Promise<void> {
  for (const size of options.sizes) await benchSize(join(dir, 'pacman'), { ...options, size });
}

async function benchSize(
  root: string,
  work: {
    readonly recorder: Recorder;
    readonly seed: number;
    readonly size: number;
    readonly times: number;
  },
): Promise<void> {
  const { recorder, size, times } = work;
  const random = createRandom(work.seed);
  const [packages, state, peer, scratch] = ['packages', 'pakhus', 'peer', 'scratch'].map((name) =>
    join(root, name),
  ) as [string, string, string, string];
  const ours = join(state, 'public/pacman/x86_64');
  const publish = (path: string): Promise<Measurement> => {
    const argv = [process.execPath, PAKHUS, 'publish', path, '--init', '--json'];
    return measure({ argv, cwd: state, env: ownHome(join(state, 'home')) });
  };
  await rm(root, { recursive: true, force: true });
  for (const folder of [packages, join(state, 'home'), peer, scratch])
    await mkdir(folder, { recursive: true });
  try {
    for (let index = 0; index < size; index++) await writePackage(packages, index, random);
    recorder.record('pakhus', `pacman-full-${size}`, await publish(packages));
    for (const name of DATABASES) await cp(join(ours, name), join(peer, name));
    for (let i = 0; i < times; i++) {
      const path = await writePackage(root, size + i, random);
      await sleep(POINTERS_REST_MS);
      recorder.record('pakhus', `pacman-${size}`, await publish(path));
      const argv = ['repo-add', '-q', join(peer, 'pacman.db.tar.gz'), path];
      const env = { ...ownHome(join(state, 'home')), TMPDIR: scratch };
      recorder.record('repo-add', `pacman-${size}`, await measure({ argv, env }));
    }
    for (const name of DATABASES) {
      const [mine, theirs] = await Promise.all([ours, peer].map((folder) => packagesOf(join(folder, name))));
      if (mine !== theirs) throw new Error(`pacman: ${name} of pakhus and of repo-add differ`);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writePackage(folder: string, index: number, random: Random): Promise<string> {
  const name = `bench-package-${index}`;
  const version = `1.${random.below(100)}-1`;
  const info = [
    ...[`pkgname = ${name}`, `pkgbase = ${name}`, `pkgver = ${version}`, `pkgdesc = package number ${index}`],
    ...['url = https://example.org/bench', `builddate = ${BUILT_SECONDS + index}`, 'size = 10240'],
    ...['packager = Bench <bench@example.org>', 'arch = x86_64', 'license = MIT', 'makedepend = cmake'],
    ...Array.from({ length: random.below(8) }, () => `depend = bench-package-${random.below(index + 1)}`),
  ];
  const share = `usr/share/${name}/`;
  const entries: TarWriteEntry[] = [
    { path: '.MTREE' },
    { path: '.PKGINFO', bytes: Buffer.from(`${info.join('\n')}\n`) },
    ...['usr/', 'usr/bin/', 'usr/share/', share].map((path) => ({ path, type: 'directory' as const })),
    { path: `usr/bin/${name}`, bytes: random.bytes(random.below(PAYLOAD_RANGE_BYTES)) },
  ];
  for (let file = random.below(MOST_FILES); file >= 0; file--)
    entries.push({ path: `${share}module-${file}-${random.below(1e6).toString(36)}.py` });
  const path = join(folder, `${name}-${version}-x86_64.pkg.tar.zst`);
  await writeFile(path, zstdCompressSync(writeTar(entries, { mtimeSeconds: BUILT_SECONDS })));
  return path;
}

/** The packages of a database as one text, without what only one of the two writes. */
async function packagesOf(path: string): Promise<string> {
  const reader = createDatabaseReader({ name: path, folder: '' });
  reader.push(gunzipSync(await readFile(path)));
  const { packages, bad } = reader.end();
  const listed = packages.map(({ record }) => JSON.stringify(record).replace(/%PGPSIG%.*?%URL%/, '%URL%'));
  return [...listed, ...bad.map(({ where, problem }) => `${where}: ${problem}`)].sort().join('\n');
}
