/** A store opened with a configuration: what commands start from. */
import { createBlobStore } from '../catalog/blobs.ts';
import { createCatalogReader } from '../catalog/catalog-reader.ts';
import { uploadsTo } from '../catalog/uploads.ts';
import { joinUrl } from '../config/addresses.ts';
import type { RepositoryConfig, ResolvedConfig } from '../config/resolved-config.ts';
import { defaultRepository } from '../config/to-repository.ts';
import type { Clock } from '../core/clock.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { createUlidFactory, type RandomBytes } from '../core/ulid.ts';
import type { Ledger, Machine } from '../ledger/ledger.ts';
import { readTail } from '../ledger/log.ts';
import type { LineSigner } from '../ledger/signed-lines.ts';
import { createStoreTime } from '../ledger/store-time.ts';
import { isLedgerPublicKey, ledgerKeyId, verifyLedger } from '../signing/ledger-key.ts';
import { objectBody } from '../storage/object-body.ts';
import { openStorage } from '../storage/open-storage.ts';
import { joinPath, prefixStorage } from '../storage/prefix.ts';
import type { Storage } from '../storage/storage.ts';
import type { UrlReader } from '../upstream/url-reader.ts';
import { createBaseIndexes } from './gate/base-indexes.ts';
import { PACKAGE_HEADERS } from './ingest/store-package.ts';
import { openKeys } from './keys/keys.ts';
import { stateSites, storeUrl } from './live/bucket-sites.ts';
import { siteOf } from './live/site.ts';
import type { Repository } from './repository.ts';
import { publicFolder, STATE_FOLDER } from './store-layout.ts';

/** What a workspace is opened with; all that comes from outside. */
export interface WorkspaceInput {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** `user@host` */
  readonly author: string;
  readonly machine: Machine;
  /** Whose inbox folder it proposes in; undefined: this process commits or only reads. */
  readonly proposer?: string | undefined;
  readonly signal?: AbortSignal;
  /** Fetches through `url:` what was published; absent: changes are not read back. */
  readonly readBack?: UrlReader | undefined;
  /** What a store that does not exist is: an error, made now, or seen as an empty one that nothing is written to. */
  readonly missing: 'fail' | 'make' | 'empty';
}

export interface Workspace {
  readonly config: ResolvedConfig;
  readonly store: Storage;
  /** Where the ledgers are, if not inside the store. */
  readonly state: Storage | undefined;
  /** Where clients reach the store, without a final slash: as configured, or at the bucket itself; undefined: nobody said. */
  readonly url: string | undefined;
  /** The configured repositories and those that the store holds, by name. */
  repositories(): Promise<readonly RepositoryConfig[]>;
  /** @throws REPOSITORY_NOT_FOUND with the names there are */
  configOf(name: string): Promise<RepositoryConfig>;
  /** @param options `makeLedgerKey`: when this committer has none yet. */
  open(config: RepositoryConfig, options?: { readonly makeLedgerKey: boolean }): Promise<Repository>;
}

/** Opens the configured store. @throws STORE_NOT_FOUND, STORE_* */
export async function openWorkspace(input: WorkspaceInput): Promise<Workspace> {
  const { store: location, state: stateLocation } = input.config;
  const holds = stateLocation.value === undefined ? 'all' : 'public';
  const store = await openOrEmpty(location.value, { ...input, holds });
  const state =
    stateLocation.value === undefined
      ? undefined
      : await openOrEmpty(stateLocation.value, { ...input, holds: 'state' });
  return createWorkspace(input, { store, state });
}

async function openOrEmpty(
  location: string,
  {
    missing,
    machine,
    signal,
    env,
    clock,
    proposer,
    holds,
  }: WorkspaceInput & { readonly holds: 'all' | 'public' | 'state' },
): Promise<Storage> {
  const singleWriter = machine.writesAlone;
  try {
    return await openStorage(location, {
      create: missing === 'make',
      singleWriter,
      env,
      clock,
      holds,
      proposes: proposer !== undefined,
      ...(signal && { signal }),
    });
  } catch (error) {
    if (missing !== 'empty' || !hasCode(error, 'STORE_NOT_FOUND')) throw error;
    const { createMemoryStorage } = await import('../storage/memory.ts');
    return createMemoryStorage({ name: location });
  }
}

/** A workspace over storages that are open already. */
export function createWorkspace(
  input: Omit<WorkspaceInput, 'missing'>,
  {
    store,
    state,
  }: { readonly store: Storage /** Undefined: inside the store. */; readonly state?: Storage | undefined },
): Workspace {
  const { config } = input;
  const states = state ?? prefixStorage(store, STATE_FOLDER);
  const clients = config.url.value ?? storeUrl(config, input.env);

  const repositories = async (): Promise<readonly RepositoryConfig[]> => {
    const configured = config.repositories.value;
    const names = new Set(configured.map(({ name }) => name));
    const found = (await foldersFor(input.proposer, states))
      .filter((name) => !names.has(name))
      .map((name) => ({ ...defaultRepository(name, config.pages.value), name, path: name }));
    return [...configured, ...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  return {
    config,
    store,
    state,
    url: clients,
    repositories,
    async configOf(name) {
      const all = await repositories();
      const found = all.find((one) => one.name === name);
      if (found !== undefined) return found;
      const known = all.map((one) => one.name).join(', ');
      throw new PakhusError('REPOSITORY_NOT_FOUND', `${store.name} has no repository '${name}'`, {
        hint:
          known === ''
            ? 'Nothing was published there yet: `pakhus publish PATH --init` does.'
            : `It has ${known}.`,
        details: { repository: name },
      });
    },
    async open({ name, path, signers, bases }, { makeLedgerKey } = { makeLedgerKey: false }) {
      const ownState = prefixStorage(states, name);
      const tree = publicFolder(store, path);
      const newId = createUlidFactory(input.clock.now, input.randomBytes);
      const keys = await openKeys({
        config,
        env: input.env,
        repository: name,
        signers: signers ?? config.signers.value.map((one) => one.name),
      });
      const time = createStoreTime(input.clock);
      const uploads = uploadsTo(store);
      const ledgerWith = (signer: LineSigner | undefined): Ledger => ({
        repository: name,
        state: ownState,
        tree,
        settle: async (call) => {
          await uploads.settled();
          await store.settle(call);
          if (state !== undefined) await state.settle(call);
        },
        blobs: createBlobStore(ownState, { ulid: newId, uploads }),
        uploads,
        clock: input.clock,
        time,
        randomBytes: input.randomBytes,
        verifySignature: verifyLedger,
        trust: { anchors: anchorsOf(config, input.proposer === undefined ? signer : undefined) },
        ...(signer && { signer }),
        author: input.author,
        machine: input.machine,
      });
      const own = await keys.ledgerSigner({ create: makeLedgerKey });
      const signer =
        own ?? (await keys.findLedgerSigner(() => listedKeys(ledgerWith(undefined), input.proposer)));
      const ledger = ledgerWith(signer);
      const { readBack: read, env } = input;
      const site =
        read === undefined || config.url.value === undefined
          ? undefined
          : siteOf({ name, path }, { config, read });
      return {
        name,
        path,
        tree,
        location: store.capabilities.exclusive ? { store: config.store.value, path } : undefined,
        ledger,
        catalog: createCatalogReader(ledger.blobs, { tree, state: ownState, uploads }),
        publishBlob: async (key, to, call = {}) => {
          const options = { ...call, ...PACKAGE_HEADERS, ifAbsent: true };
          if (state === undefined)
            await store.copy(`${STATE_FOLDER}/${name}/${key}`, joinPath(path, to), options);
          else await tree.write(to, await objectBody(ownState, key, call), options);
        },
        keys,
        bases: createBaseIndexes(bases),
        url: clients === undefined ? undefined : joinUrl(clients, path),
        site,
        stateSites: read === undefined ? [] : stateSites({ name, site }, { config, env, read }),
        purge: config.purge.value && { ...config.purge.value, env, url: config.url.value },
        newId,
      };
    },
  };
}

/** Ids of the keys that are believed without another's word; a proposer's own key signs no revision. */
function anchorsOf(config: ResolvedConfig, signer: LineSigner | undefined): ReadonlySet<string> {
  const named = config.ledger.value.map((key) => (isLedgerPublicKey(key) ? ledgerKeyId(key) : key));
  return new Set(signer === undefined ? named : [...named, signer.keyId]);
}

/**
 * Ids of the keys of those who may commit, or of the proposer, as the newest revision says. Key files are named after the place of the
 * store, so one that has moved, or whose owner was added later, finds its key by this.
 */
async function listedKeys(ledger: Ledger, proposer: string | undefined): Promise<readonly string[]> {
  try {
    const manifest = (await readTail(ledger))?.manifest;
    if (proposer === undefined) return manifest?.committers.map(({ keyId }) => keyId) ?? [];
    const { publicKey } = manifest?.proposers.find(({ name }) => name === proposer) ?? {};
    return publicKey !== undefined && isLedgerPublicKey(publicKey) ? [ledgerKeyId(publicKey)] : [];
  } catch (error) {
    // Whoever reads the repository is told; whoever only proposes may not be allowed to.
    if (hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_TRUNCATED', 'LEDGER_UNTRUSTED', 'STORE_PERMISSION'))
      return [];
    throw error;
  }
}

/** A proposer need not be allowed to see what there is: the configured repositories are known all the same. */
async function foldersFor(proposer: string | undefined, states: Storage): Promise<readonly string[]> {
  try {
    return await foldersOf(states);
  } catch (error) {
    if (proposer !== undefined && hasCode(error, 'STORE_PERMISSION')) return [];
    throw error;
  }
}

/** First segments of the keys in a store; each found with one listing. */
async function foldersOf(storage: Storage): Promise<readonly string[]> {
  const names: string[] = [];
  let startAfter: string | undefined;
  for (;;) {
    const next = await firstKey(storage, startAfter);
    if (next === undefined) return names;
    const slash = next.indexOf('/');
    if (slash < 0) {
      startAfter = next;
      continue;
    }
    const name = next.slice(0, slash);
    names.push(name);
    // '0' is the character after '/': this is beyond every key of the folder.
    startAfter = `${name}0`;
  }
}

async function firstKey(storage: Storage, startAfter: string | undefined): Promise<string | undefined> {
  for await (const { key } of storage.list('', startAfter === undefined ? {} : { startAfter })) return key;
  return undefined;
}
