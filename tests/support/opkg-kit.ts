/** Packages for opkg, and a reader of feeds that does what opkg does. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { findField, parseStanzas } from '../../src/codec/deb822.ts';
import { parsePlace } from '../../src/config/place.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { writeIpk } from '../../src/formats/opkg/write-ipk.ts';
import { type PublishFilesResult, publishFiles } from '../../src/repository/publish-files.ts';
import type { Proposing } from '../../src/repository/repository.ts';
import { verifyRepository } from '../../src/repository/verify/verify.ts';
import { verifyUsign } from '../../src/signing/usign.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage, StorageCapabilities } from '../../src/storage/storage.ts';
import { type FakeClock, fakeClock } from './ledger-kit.ts';
import { createTempDir } from './temp.ts';
import { createTestUser, type TestUser } from './test-repository.ts';

const LIMIT_BYTES = 100_000_000;

/** A small package. */
export interface QuickIpk {
  readonly name: string;
  readonly version?: string;
  readonly architecture?: string;
  /** Further lines of the control file. */
  readonly fields?: readonly string[];
  /** What is in its one file; other content gives other bytes of the same version. */
  readonly content?: string;
}

/** The bytes of a package. */
export function ipkBytes({
  name,
  version = '1.0',
  architecture = 'all',
  fields = [],
  content = '',
}: QuickIpk): Uint8Array {
  const control = [`Package: ${name}`, `Version: ${version}`, `Architecture: ${architecture}`, ...fields];
  const file = { path: `./usr/share/${name}`, bytes: Buffer.from(content) };
  return writeIpk({ control: [...control, `Description: ${name} for tests`].join('\n'), files: [file] });
}

/** Writes packages into a folder, and gives their paths. */
export async function writeIpks(folder: string, specs: readonly QuickIpk[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    specs.map(async (spec, index) => {
      const path = join(folder, `${index}-${spec.name}.ipk`);
      await writeFile(path, ipkBytes(spec));
      return path;
    }),
  );
}

/** Publishes packages; what is missing is made. `propose`: they wait for whoever commits. */
export async function publishIpks(
  user: TestUser,
  specs: readonly QuickIpk[],
  { to, propose }: { readonly to?: string; readonly propose?: Proposing } = {},
): Promise<PublishFilesResult> {
  const paths = await writeIpks(join(user.folder, randomUUID()), specs);
  const place = to === undefined ? undefined : parsePlace(to);
  const input = { paths, cwd: user.folder, to: place, keepGoing: false, dryRun: false };
  return publishFiles(
    await user.workspace(),
    { ...input, mayCreate: async () => true },
    { ...user.options, propose },
  );
}

/** A package as a feed lists it. */
export interface FeedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly fileName: string;
}

/**
 * Reads a feed as opkg does: the index and its signature, by the keys that the repository publishes, and every package by size and
 * digest. @param folder Of the feed, in the store. @throws Error when a device would refuse anything
 */
export async function readFeed(
  store: Storage,
  folder: string,
  repository = 'opkg',
): Promise<readonly FeedPackage[]> {
  const file = (path: string): Promise<Uint8Array> => readBytes(store, path, { limitBytes: LIMIT_BYTES });
  const index = gunzipSync(await file(`${folder}/Packages.gz`));
  if (!index.equals(await file(`${folder}/Packages`)))
    throw new Error(`${folder}: Packages and Packages.gz differ`);
  const publicKeys: string[] = [];
  for await (const { key } of store.list(`${repository}/keys/`))
    publicKeys.push(Buffer.from(await file(key)).toString());
  const signature = Buffer.from(await file(`${folder}/Packages.sig`)).toString();
  verifyUsign(index, { name: `${folder}/Packages`, signature, publicKeys });
  const found: FeedPackage[] = [];
  for (const stanza of parseStanzas(index.toString(), { name: folder })) {
    const value = (name: string): string => findField(stanza, name)?.value ?? '';
    const bytes = await file(`${folder}/${value('filename')}`);
    if (bytes.length !== Number(value('size'))) throw new Error(`${value('filename')} has another size`);
    if (sha256Hex(bytes) !== value('sha256sum')) throw new Error(`${value('filename')} has other bytes`);
    found.push({
      name: value('package'),
      version: value('version'),
      architecture: value('architecture'),
      fileName: value('filename'),
    });
  }
  return found;
}

/** Names and versions of a feed. */
export async function namesIn(store: Storage, folder: string): Promise<readonly string[]> {
  return (await readFeed(store, folder)).map(({ name, version }) => `${name} ${version}`);
}

/** The folder of a feed in the store. */
export function feedFolder(architecture: string, channel = 'stable', name = 'main'): string {
  return `opkg/${channel}/packages/${architecture}/${name}`;
}

/** A user with a store in memory, and the repository `opkg` with these settings. */
export async function createOpkgUser(
  options: { readonly capabilities?: Partial<StorageCapabilities>; readonly settings?: string } = {},
): Promise<TestUser & AsyncDisposable & { readonly clock: FakeClock }> {
  const dir = await createTempDir('opkg');
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, name: '/simulated', capabilities: options.capabilities ?? {} });
  const user = createTestUser({ store, clock, folder: dir.path });
  if (options.settings !== undefined) {
    const text = `repositories: { opkg: { format: opkg, ${options.settings} } }\n`;
    await writeFile(join(dir.path, 'pakhus.yaml'), text);
  }
  return { ...user, clock, [Symbol.asyncDispose]: dir[Symbol.asyncDispose] };
}

/** What `pakhus verify` finds. */
export async function findingsOf(user: TestUser): Promise<readonly string[]> {
  const found = (await verifyRepository(await user.open('opkg'), user.options)).findings;
  return found.map(({ area, path, problem }) => `${area} ${path}: ${problem}`);
}
