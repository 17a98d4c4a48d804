import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defaultRepository } from '../../src/config/to-repository.ts';
import {
  type ImportInput,
  type ImportResult,
  importRepository,
} from '../../src/repository/import/import-repository.ts';
import { readSecretKey } from '../../src/signing/openpgp-key.ts';
import { createKeySigner } from '../../src/signing/openpgp-sign.ts';
import type { Signer } from '../../src/signing/signer.ts';
import { joinPath } from '../../src/storage/prefix.ts';
import { type QuickDeb, quickDeb } from './quick-deb.ts';
import type { TestUser } from './test-repository.ts';

/** A package of a suite, and what the index says of it where that is not the truth. */
export interface ForeignPackage extends QuickDeb {
  /** Default: where reprepro would put it. */
  readonly path?: string;
  /** Fields of the stanza, on top of those that fit; undefined leaves one out. */
  readonly stanza?: Readonly<Record<string, string | undefined>>;
  /** The file is not there. */
  readonly isMissing?: boolean;
}

/** A suite of a repository that another program might have made. */
export interface ForeignSuite {
  /** Default `bookworm`. */
  readonly name?: string;
  readonly packages?: readonly ForeignPackage[];
  /** Fields of Release, on top of those that it has; undefined leaves one out. */
  readonly release?: Readonly<Record<string, string | undefined>>;
  /** Text in the place of that of an index, by its path below the suite. */
  readonly indexes?: Readonly<Record<string, string>>;
  /** Further files below the suite, which Release lists. */
  readonly others?: Readonly<Record<string, string>>;
  /** Default: the key of the fixtures. Null: nobody. */
  readonly signer?: Signer | null;
  /** Default: clear-signed. */
  readonly form?: 'clear' | 'detached';
}

const KEY = fileURLToPath(new URL('../fixtures/keys/openpgp-test.sec.asc', import.meta.url));

/** The key that signs such repositories. */
export async function foreignSigner(): Promise<Signer> {
  return createKeySigner(await readSecretKey(await readFile(KEY, 'utf8'), { origin: KEY }));
}

/** Puts that key where the user's pakhus finds it. */
export async function giveForeignKey({ folder }: Pick<TestUser, 'folder'>): Promise<void> {
  const keys = join(folder, '.config/pakhus/keys');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  await copyFile(KEY, join(keys, 'vendor.openpgp.asc'));
}

/** Writes a suite below the folder `path` of a store, without by-hash names, as reprepro does. */
export async function writeForeignSuite(
  { store, folder, clock }: Pick<TestUser, 'store' | 'folder' | 'clock'>,
  suite: ForeignSuite,
  path = 'deb',
): Promise<void> {
  const { name = 'bookworm', packages = [], release = {}, indexes = {}, others = {} } = suite;
  const put = (key: string, bytes: Uint8Array) => store.write(joinPath(path, key), bytes);
  const stanzas: string[] = [];
  for (const one of packages) stanzas.push(await writePackage(one, { put, folder }));
  const files = new Map<string, Buffer>();
  for (const architecture of ['amd64', 'arm64']) {
    const index = `main/binary-${architecture}/Packages`;
    const own = stanzas.filter((text) => new RegExp(`^Architecture: (all|${architecture})$`, 'm').test(text));
    const text = Buffer.from(indexes[index] ?? own.map((stanza) => `${stanza}\n\n`).join(''));
    files.set(index, text).set(`${index}.gz`, gzipSync(text));
  }
  for (const [file, text] of Object.entries(others)) files.set(file, Buffer.from(text));
  for (const [file, bytes] of files) await put(`dists/${name}/${file}`, bytes);
  const list = [...files].map(([file, bytes]) => `\n ${digest(bytes)} ${bytes.length} ${file}`).join('');
  const fields: Readonly<Record<string, string | undefined>> = {
    ...{ Origin: 'Vendor', Label: 'Vendor', Suite: 'stable', Codename: name },
    ...{
      Date: new Date(clock.now()).toUTCString(),
      Architectures: 'amd64 arm64',
      Components: 'main',
    },
    ...release,
    SHA256: list,
  };
  const text = Buffer.from(render(fields));
  const options = { dateMs: clock.now() };
  const signer = suite.signer === undefined ? await foreignSigner() : suite.signer;
  await put(`dists/${name}/Release`, text);
  if (signer === null) return;
  if (suite.form === 'detached')
    await put(`dists/${name}/Release.gpg`, await signer.signDetached(text, options));
  else await put(`dists/${name}/InRelease`, await signer.signClear(text, options));
}

async function writePackage(
  one: ForeignPackage,
  at: { readonly put: (key: string, bytes: Uint8Array) => Promise<unknown>; readonly folder: string },
): Promise<string> {
  const { name, version = '1.0', architecture = 'amd64', stanza = {}, fields = {} } = one;
  const file = await quickDeb(join(at.folder, digest(JSON.stringify(one))), one);
  const bytes = await readFile(file);
  const key = one.path ?? `pool/main/${name.slice(0, 1)}/${name}/${file.slice(file.lastIndexOf('/') + 1)}`;
  if (one.isMissing !== true) await at.put(key, bytes);
  return render({
    ...{ Package: name, Version: version, Architecture: architecture, ...fields },
    Maintainer: 'Tests <tests@example.org>',
    ...{
      Filename: key,
      Size: String(bytes.length),
      SHA256: digest(bytes),
      Description: fields['Description'] ?? name,
    },
    ...stanza,
  }).trimEnd();
}

function render(fields: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(fields)
    .flatMap(([field, value]) => (value === undefined ? [] : [`${field}: ${value}\n`]))
    .join('');
}

function digest(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Takes over what lies at `path` as the repository of that name, as the command does. */
export async function importAs(
  user: TestUser,
  input: Partial<ImportInput> & { readonly path?: string } = {},
): Promise<ImportResult> {
  const { path = 'deb', ...own } = input;
  const workspace = await user.workspace();
  const [configured] = workspace.config.repositories.value;
  const config = configured ?? { ...defaultRepository('deb'), path };
  const repository = await workspace.open(config, { makeLedgerKey: true });
  const plain = {
    from: undefined,
    keepGoing: false,
    newKey: false,
    dryRun: false,
    mayLose: async () => false,
  };
  return importRepository(
    repository,
    { config, proposers: {}, channels: [], ...plain, ...own },
    user.options,
  );
}
