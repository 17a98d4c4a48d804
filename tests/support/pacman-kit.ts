/** Packages for pacman, and a reader of databases that does what pacman does. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { writeTar } from '../../src/codec/tar-writer.ts';
import { parsePlace } from '../../src/config/place.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { type PublishFilesResult, publishFiles } from '../../src/repository/publish-files.ts';
import { verifyRepository } from '../../src/repository/verify/verify.ts';
import { namesSigner } from '../../src/signing/names-signer.ts';
import { verifySigned } from '../../src/signing/verify-signed.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage, StorageCapabilities } from '../../src/storage/storage.ts';
import { type FakeClock, fakeClock } from './ledger-kit.ts';
import { readTar } from './tar-archives.ts';
import { createTempDir } from './temp.ts';
import { createTestUser, type TestUser } from './test-repository.ts';

const LIMIT_BYTES = 100_000_000;

/** A small package. */
export interface QuickArch {
  readonly name: string;
  readonly version?: string;
  readonly architecture?: string;
  /** Further lines of .PKGINFO. */
  readonly fields?: readonly string[];
  /** What is in its one file; other content gives other bytes of the same version. */
  readonly content?: string;
}

/** The bytes of a package, compressed with zstd. */
export function archBytes(spec: QuickArch): Uint8Array {
  const { name, version = '1.0-1', architecture = 'any', fields = [], content = '' } = spec;
  const info = [`pkgname = ${name}`, `pkgver = ${version}`, `arch = ${architecture}`, 'size = 1', ...fields];
  const tar = writeTar(
    [
      { path: '.MTREE' },
      { path: '.PKGINFO', bytes: Buffer.from(`${info.join('\n')}\npkgdesc = ${name} for tests\n`) },
      { path: 'usr/', type: 'directory' },
      { path: 'usr/share/', type: 'directory' },
      { path: `usr/share/${name}`, bytes: Buffer.from(content) },
    ],
    { mtimeSeconds: 1_767_225_600 },
  );
  return zstdCompressSync(tar);
}

/** Writes packages into a folder, and gives their paths. */
export async function writeArchPackages(
  folder: string,
  specs: readonly QuickArch[],
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    specs.map(async (spec, index) => {
      const path = join(folder, `${index}-${spec.name}.pkg.tar.zst`);
      await writeFile(path, archBytes(spec));
      return path;
    }),
  );
}

/** Publishes packages; what is missing is made. */
export async function publishArch(
  user: TestUser,
  specs: readonly QuickArch[],
  { to }: { readonly to?: string } = {},
): Promise<PublishFilesResult> {
  const paths = await writeArchPackages(join(user.folder, randomUUID()), specs);
  const place = to === undefined ? undefined : parsePlace(to);
  const input = { paths, cwd: user.folder, to: place, keepGoing: false, dryRun: false };
  return publishFiles(await user.workspace(), { ...input, mayCreate: async () => true }, user.options);
}

/** A package as a database lists it. */
export interface ListedPackage {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  /** Of the package, binary. */
  readonly signature: Uint8Array;
}

/**
 * Reads a database as pacman does: every package by its size, its digest and its signature, which has to be of the keys that the
 * repository publishes, and the same in the database and beside the package. @param path Such as `pacman/x86_64/pacman`.
 * @throws Error when a machine would refuse anything
 */
export async function readDatabase(store: Storage, path: string): Promise<readonly ListedPackage[]> {
  const file = (key: string): Promise<Uint8Array> => readBytes(store, key, { limitBytes: LIMIT_BYTES });
  const folder = path.slice(0, path.lastIndexOf('/'));
  const key = Buffer.from(await file(`${folder.slice(0, folder.lastIndexOf('/'))}/key.asc`)).toString();
  const found: ListedPackage[] = [];
  const names = new Set<string>();
  for (const { path: member, text } of readTar(gunzipSync(await file(`${path}.db`)))) {
    if (!member.endsWith('/desc')) continue;
    const value = (field: string): string => new RegExp(`^%${field}%\n(.*)$`, 'm').exec(text)?.[1] ?? '';
    const [name, version, fileName] = [value('NAME'), value('VERSION'), value('FILENAME')];
    if (member !== `${name}-${version}/desc`) throw new Error(`database is inconsistent: ${member}`);
    if (names.has(name)) throw new Error(`${name} is there twice`);
    names.add(name);
    const bytes = await file(`${folder}/${fileName}`);
    if (bytes.length !== Number(value('CSIZE'))) throw new Error(`${fileName} has another size`);
    if (sha256Hex(bytes) !== value('SHA256SUM')) throw new Error(`${fileName} has other bytes`);
    const signature = await file(`${folder}/${fileName}.sig`);
    if (Buffer.from(signature).toString('base64') !== value('PGPSIG'))
      throw new Error(`${fileName}: the database has another signature`);
    const options = { name: fileName, publicKeys: [key], nowMs: Date.UTC(2100, 0, 1) };
    await verifySigned({ form: 'binary', signature, bytes }, options);
    found.push({ name, version, fileName, signature });
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names and versions of a database. */
export async function listedIn(store: Storage, path: string): Promise<readonly string[]> {
  return (await readDatabase(store, path)).map(({ name, version }) => `${name} ${version}`);
}

/** Those of a database that `publicKey` signed. */
export async function signedBy(store: Storage, path: string, publicKey: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, signature } of await readDatabase(store, path))
    if (await namesSigner(signature, publicKey)) found.push(name);
  return found;
}

/** A user with a store in memory, and the repository `pacman` with these settings. */
export async function createPacmanUser(
  options: { readonly capabilities?: Partial<StorageCapabilities>; readonly settings?: string } = {},
): Promise<
  TestUser &
    AsyncDisposable & { readonly clock: FakeClock; readonly set: (settings: string) => Promise<void> }
> {
  const dir = await createTempDir('pacman');
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, name: '/simulated', capabilities: options.capabilities ?? {} });
  const user = createTestUser({ store, clock, folder: dir.path });
  const set = (settings: string): Promise<void> =>
    writeFile(join(dir.path, 'pakhus.yaml'), `repositories: { pacman: { format: pacman, ${settings} } }\n`);
  if (options.settings !== undefined) await set(options.settings);
  return { ...user, clock, set, [Symbol.asyncDispose]: dir[Symbol.asyncDispose] };
}

/** What `pakhus verify` finds. */
export async function findingsOf(user: TestUser): Promise<readonly string[]> {
  const found = (await verifyRepository(await user.open('pacman'), user.options)).findings;
  return found.map(({ area, path, problem }) => `${area} ${path}: ${problem}`);
}
