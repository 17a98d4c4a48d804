/** Reads the configuration from all its sources and says for each value where it comes from. */
import { dirname, resolve } from 'node:path';
import { PakhusError } from '../core/pakhus-error.ts';
import { isLedgerPublicKey } from '../signing/ledger-key.ts';
import type { ConfigFile, SignerEntry } from './config-file.ts';
import { findConfigFile, readIfThere } from './find-config-file.ts';
import {
  type ConfigLayerFile,
  environmentLayer,
  fileLayer,
  fileOrigin,
  flagLayer,
  ofStore,
} from './layers.ts';
import { type MirrorConfig, toMirror } from './mirrors.ts';
import type {
  PurgeConfig,
  RepositoryConfig,
  ResolvedConfig,
  Setting,
  SignerConfig,
} from './resolved-config.ts';
import { toRepository } from './to-repository.ts';
import { userConfigFolder, userKeysFolder } from './user-folders.ts';

/** Where values may come from. */
export interface ConfigSources {
  /** Absolute: where the search for pakhus.yaml starts, and relative paths of flags and variables. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly flags?: {
    /** `--config` */
    readonly config?: string | undefined;
    /** `--store` */
    readonly store?: string | undefined;
  };
  readonly signal?: AbortSignal;
}

/** Where a store goes that nobody named: beside the configuration, or in the current folder. */
const DEFAULT_STORE = 'public';
/** How long caches may take to take it. */
const PURGE_SECONDS = 30;

/** @throws CONFIG_INVALID, CONFIG_NOT_FOUND, CLI_USAGE */
export async function loadConfig(sources: ConfigSources): Promise<ResolvedConfig> {
  const { cwd, env, flags = {} } = sources;
  const files = await readFiles(sources);
  const project = files.find(({ source }) => source === 'project')?.file.path;
  const layers = [
    flagLayer({ store: flags.store, cwd }),
    environmentLayer(env, cwd),
    ...files.map(fileLayer),
  ];
  const folder = project === undefined ? cwd : dirname(project);
  const store = layers.find((layer) => layer.store)?.store ?? byDefault(resolve(folder, DEFAULT_STORE));
  const pages = fromFiles(files, 'pages') ?? byDefault(true);
  return {
    store,
    state: ofStore(layers, { store: store.value, key: 'state' }),
    url: ofStore(layers, { store: store.value, key: 'url' }),
    keys: {
      value: userKeysFolder(sources),
      origin: env['PAKHUS_KEYS'] ? { source: 'environment', name: 'PAKHUS_KEYS' } : { source: 'default' },
    },
    repositories: readRepositories(files, pages.value),
    signers: readSigners(files),
    ledger: readLedger(files),
    purge: readPurge(files),
    proposers: fromFiles(files, 'proposers') ?? byDefault({}),
    pages,
    products: fromFiles(files, 'products') ?? byDefault({}),
    mirrors: readMirrors(files),
    projectFile: project,
    userFile: files.find(({ source }) => source === 'user')?.file.path,
  };
}

/** The project's file first. */
async function readFiles(sources: ConfigSources): Promise<ConfigLayerFile[]> {
  const { cwd, env, home, flags = {}, signal } = sources;
  const named = flags.config ?? (env['PAKHUS_CONFIG'] || undefined);
  const userPath = resolve(userConfigFolder({ env, home }), 'config.yaml');
  const [project, user] = await Promise.all([
    named === undefined ? findConfigFile(cwd, signal) : readNamed(resolve(cwd, named), signal),
    readIfThere(userPath, signal),
  ]);
  const files: ConfigLayerFile[] = [];
  if (project === undefined && user === undefined) return files;
  const { parseConfigFile } = await import('./parse-config-file.ts');
  if (project !== undefined)
    files.push({ source: 'project', file: parseConfigFile(project.bytes, project.path) });
  if (user !== undefined) files.push({ source: 'user', file: parseConfigFile(user, userPath) });
  return files;
}

async function readNamed(path: string, signal?: AbortSignal): Promise<{ path: string; bytes: Uint8Array }> {
  const bytes = await readIfThere(path, signal);
  if (bytes !== undefined) return { path, bytes };
  throw new PakhusError('CONFIG_NOT_FOUND', `${path}: no such file`, {
    hint: 'It was named by --config or PAKHUS_CONFIG. pakhus init writes one.',
    details: { path },
  });
}

function readRepositories(
  files: readonly ConfigLayerFile[],
  pages: boolean,
): Setting<readonly RepositoryConfig[]> {
  const layer = files.find(({ file }) => file.content.repositories);
  if (layer === undefined) return byDefault([]);
  const value = Object.entries(layer.file.content.repositories ?? {}).map(([name, entry]) =>
    toRepository(name, {
      entry,
      origin: fileOrigin(layer, ['repositories', name]),
      folder: dirname(layer.file.path),
      pages,
    }),
  );
  return { value, origin: fileOrigin(layer, ['repositories']) };
}

function readMirrors(files: readonly ConfigLayerFile[]): Setting<readonly MirrorConfig[]> {
  const layer = files.find(({ file }) => file.content.mirrors);
  if (layer === undefined) return byDefault([]);
  const folder = dirname(layer.file.path);
  const value = Object.entries(layer.file.content.mirrors ?? {}).map(([name, entry]) =>
    toMirror(name, { entry, origin: fileOrigin(layer, ['mirrors', name]), folder }),
  );
  return { value, origin: fileOrigin(layer, ['mirrors']) };
}

function readSigners(files: readonly ConfigLayerFile[]): Setting<readonly SignerConfig[]> {
  const layer = files.find(({ file }) => file.content.signers);
  if (layer === undefined) return byDefault([]);
  const folder = dirname(layer.file.path);
  const value = (layer.file.content.signers ?? []).map((entry: SignerEntry): SignerConfig => {
    if (typeof entry === 'string') return { name: entry };
    return { name: entry.name, command: entry.command, publicKey: resolve(folder, entry.publicKey) };
  });
  return { value, origin: fileOrigin(layer, ['signers']) };
}

/** Ids without what is for people: lower case, no spaces and colons. Public halves as they are. */
function readLedger(files: readonly ConfigLayerFile[]): Setting<readonly string[]> {
  const { value, origin } = fromFiles(files, 'ledger') ?? byDefault<readonly string[]>([]);
  const plain = (key: string): string =>
    isLedgerPublicKey(key) ? key : key.replace(/[ :]/g, '').toLowerCase();
  return { value: value.map(plain), origin };
}

/** A program that is written as a relative path lies beside the file. */
function readPurge(files: readonly ConfigLayerFile[]): Setting<PurgeConfig | undefined> {
  const layer = files.find(({ file }) => file.content.purge);
  const entry = layer?.file.content.purge;
  if (layer === undefined || entry === undefined) return byDefault(undefined);
  const { cloudfront, command, timeoutSeconds = PURGE_SECONDS } = entry;
  const [program = '', ...args] = command ?? [];
  const placed = /^\.\.?\//.test(program) ? resolve(dirname(layer.file.path), program) : program;
  return {
    value: {
      ...(cloudfront !== undefined && { cloudfront }),
      ...(command !== undefined && { command: [placed, ...args] }),
      timeoutMs: timeoutSeconds * 1000,
    },
    origin: fileOrigin(layer, ['purge']),
  };
}

function fromFiles<K extends keyof ConfigFile>(
  files: readonly ConfigLayerFile[],
  key: K,
): Setting<NonNullable<ConfigFile[K]>> | undefined {
  for (const layer of files) {
    const value = layer.file.content[key];
    if (value !== undefined && value !== null) return { value, origin: fileOrigin(layer, [key]) };
  }
  return undefined;
}

function byDefault<T>(value: T): Setting<T> {
  return { value, origin: { source: 'default' } };
}
