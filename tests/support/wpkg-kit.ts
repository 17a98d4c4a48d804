/** Packages for wpkg, and a reader of indexes that does what wpkg does. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { writeAr } from '../../src/codec/ar.ts';
import { findField, parseStanza } from '../../src/codec/deb822.ts';
import { writeTar } from '../../src/codec/tar-writer.ts';
import { encodeXz } from '../../src/codec/xz-encoder.ts';
import { parsePlace } from '../../src/config/place.ts';
import { type PublishFilesResult, publishFiles } from '../../src/repository/publish-files.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type FakeClock, fakeClock } from './ledger-kit.ts';
import { readTar } from './tar-archives.ts';
import { createTempDir } from './temp.ts';
import { createTestUser, type TestUser } from './test-repository.ts';

const LIMIT_BYTES = 100_000_000;

/** A small package. */
export interface QuickWpkg {
  readonly name: string;
  readonly version?: string;
  readonly architecture?: string;
  readonly description?: string;
  /** Further lines of the control file. */
  readonly fields?: readonly string[];
  /** What is in its one file; other content gives other bytes of the same version. */
  readonly content?: string;
  /** False: without the file that wpkg wants. */
  readonly md5sums?: boolean;
  readonly compression?: 'gzip' | 'xz';
}

/** The bytes of a package. */
export async function wpkgBytes(spec: QuickWpkg): Promise<Uint8Array> {
  const {
    name,
    version = '1.0',
    architecture = 'all',
    description = `${name} for tests`,
    fields = [],
  } = spec;
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: A <a@example.org>',
    ...fields,
    `Description: ${description}`,
  ];
  const content = Buffer.from(spec.content ?? `${name} ${version}\n`);
  const path = `usr/share/${name.replaceAll('/', '-')}`;
  const sums = `${createHash('md5').update(content).digest('hex')}  ${path}\n`;
  const options = { mtimeSeconds: 1_767_225_600 };
  const controlTar = writeTar(
    [
      { path: './', type: 'directory' },
      { path: './control', bytes: Buffer.from(`${control.join('\n')}\n`) },
      ...(spec.md5sums === false ? [] : [{ path: './md5sums', bytes: Buffer.from(sums) }]),
    ],
    options,
  );
  const dataTar = writeTar(
    [
      ...['./', './usr/', './usr/share/'].map((folder) => ({ path: folder, type: 'directory' as const })),
      { path: `./${path}`, bytes: content },
    ],
    options,
  );
  const isXz = spec.compression === 'xz';
  const pack = async (bytes: Uint8Array): Promise<Uint8Array> =>
    isXz ? encodeXz(bytes, { preset: 6 }) : gzipSync(bytes);
  const suffix = isXz ? '.xz' : '.gz';
  return writeAr(
    [
      { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
      { name: `control.tar${suffix}`, bytes: await pack(controlTar) },
      { name: `data.tar${suffix}`, bytes: await pack(dataTar) },
    ],
    options,
  );
}

/** Writes packages into a folder, and gives their paths. */
export async function writeWpkgs(folder: string, specs: readonly QuickWpkg[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    specs.map(async (spec, index) => {
      const path = join(folder, `${index}-${spec.name}.deb`);
      await writeFile(path, await wpkgBytes(spec));
      return path;
    }),
  );
}

/** Publishes packages into the repository `wpkg`, unless `to` says another; what is missing is made. */
export async function publishWpkgs(
  user: TestUser,
  specs: readonly QuickWpkg[],
  { to = 'wpkg', repack = false }: { readonly to?: string; readonly repack?: boolean } = {},
): Promise<PublishFilesResult> {
  const paths = await writeWpkgs(join(user.folder, randomUUID()), specs);
  const input = { paths, cwd: user.folder, to: parsePlace(to), keepGoing: false, dryRun: false, repack };
  return publishFiles(await user.workspace(), { ...input, mayCreate: async () => true }, user.options);
}

/** A package as an index lists it. */
export interface IndexedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Below the folder of the index. */
  readonly path: string;
}

/**
 * Reads an index as wpkg does, and more: every package lies where it should, with the size and digest that the index says.
 * @param folder Of the index, in the store. @throws Error when anything is wrong
 */
export async function readIndex(store: Storage, folder: string): Promise<readonly IndexedPackage[]> {
  const file = (path: string): Promise<Uint8Array> => readBytes(store, path, { limitBytes: LIMIT_BYTES });
  const found: IndexedPackage[] = [];
  for (const { path: member, type, text } of readTar(gunzipSync(await file(`${folder}/index.tar.gz`)))) {
    if (type !== 'file' || !member.endsWith('.ctrl')) throw new Error(`${folder}: ${member} is no entry`);
    const stanza = parseStanza(text, { name: member });
    const value = (name: string): string => findField(stanza, name)?.value ?? '';
    const path = member.replace(/\.ctrl$/, '.deb');
    const bytes = await file(`${folder}/${path}`);
    if (bytes.length !== Number(value('package-size'))) throw new Error(`${path} has another size`);
    if (createHash('md5').update(bytes).digest('hex') !== value('package-md5sum'))
      throw new Error(`${path} has other bytes`);
    found.push({
      name: value('package'),
      version: value('version'),
      architecture: value('architecture'),
      path,
    });
  }
  return found;
}

/** Names and versions of an index. */
export async function namesIn(store: Storage, folder = 'wpkg/stable/main'): Promise<readonly string[]> {
  return (await readIndex(store, folder)).map(({ name, version }) => `${name} ${version}`);
}

/** A user with a store in memory, and the repository `wpkg` with these settings. */
export async function createWpkgUser(
  options: { readonly settings?: string } = {},
): Promise<TestUser & AsyncDisposable & { readonly clock: FakeClock }> {
  const dir = await createTempDir('wpkg');
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, name: '/simulated' });
  const user = createTestUser({ store, clock, folder: dir.path });
  const text = `repositories: { wpkg: { format: wpkg, ${options.settings ?? ''} } }\n`;
  await writeFile(join(dir.path, 'pakhus.yaml'), text);
  return { ...user, clock, [Symbol.asyncDispose]: dir[Symbol.asyncDispose] };
}
