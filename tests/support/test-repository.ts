import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import type { PartialPlace } from '../../src/config/place.ts';
import { parsePlace } from '../../src/config/place.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { ReportEvent } from '../../src/core/report-event.ts';
import { finishOthers } from '../../src/repository/change/change.ts';
import { type PublishFilesResult, publishFiles } from '../../src/repository/publish-files.ts';
import type { Repository, UseCaseOptions } from '../../src/repository/repository.ts';
import { createWorkspace, type Workspace } from '../../src/repository/workspace.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage, StorageCapabilities } from '../../src/storage/storage.ts';
import { type QuickDeb, quickDeb } from './quick-deb.ts';
import { simulatedClock } from './simulated-publisher.ts';
import { createTempDir } from './temp.ts';

/** One user of a store in memory: use cases without a command line, a disk or a second of waiting. */
export interface TestUser {
  readonly store: Storage;
  readonly clock: Clock;
  /** Home, working folder and configuration. */
  readonly folder: string;
  readonly options: UseCaseOptions;
  /** What the use cases said. */
  readonly events: readonly ReportEvent[];
  /** With the configuration as it is now. */
  workspace(): Promise<Workspace>;
  /** The repository `deb`, or the one of that name. */
  open(name?: string): Promise<Repository>;
  /** Makes packages and publishes them in one call; what is missing is made. */
  publish(specs: readonly QuickDeb[], options?: PublishOptions): Promise<PublishFilesResult>;
  /** Makes packages and proposes them as `as`; gives the proposal. Without a name: with the ledger key of a committer. */
  propose(specs: readonly QuickDeb[], options?: PublishOptions & { readonly as?: string }): Promise<string>;
  /** Commits and publishes what is open. */
  commit(): Promise<void>;
  /** Writes pakhus.yaml: `deb` with these settings. */
  configure(settings: string, ...others: readonly string[]): Promise<void>;
}

export interface PublishOptions {
  /** A place; default: the first one. */
  readonly to?: string;
  readonly keepGoing?: boolean;
  readonly dryRun?: boolean;
  readonly allowUninstallable?: boolean;
}

/** What a user is made of; two with the same store and clock, and folders of their own, are two machines. */
export interface TestUserInput {
  /** Whose inbox folder is proposed in. */
  readonly proposer?: string;
  readonly store: Storage;
  readonly clock: Clock;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly author?: string;
}

export function createTestUser(input: TestUserInput): TestUser {
  const { store, clock, folder, env = {}, author = 'ann@desk', proposer } = input;
  const machine = { host: 'desk', writesAlone: false };
  const events: ReportEvent[] = [];
  const options: UseCaseOptions = { report: (event) => void events.push(event) };
  const workspace = async (): Promise<Workspace> => {
    const config = await loadConfig({ cwd: folder, env, home: folder, flags: { store: '/simulated' } });
    return createWorkspace(
      { config, env, clock, randomBytes: (length) => randomBytes(length), author, machine, proposer },
      { store },
    );
  };
  const open: TestUser['open'] = async (name = 'deb') => {
    const opened = await workspace();
    return opened.open(await opened.configOf(name));
  };
  const publish = async (
    specs: readonly QuickDeb[],
    { to, keepGoing = false, dryRun = false, allowUninstallable = false }: PublishOptions,
    how: UseCaseOptions,
  ): Promise<PublishFilesResult> => {
    const packages = join(folder, `packages-${randomUUID()}`);
    const paths = await Promise.all(specs.map((spec, at) => quickDeb(join(packages, String(at)), spec)));
    const place: PartialPlace | undefined = to === undefined ? undefined : parsePlace(to);
    const input = { paths, cwd: folder, to: place, keepGoing, dryRun, allowUninstallable };
    return publishFiles(await workspace(), { ...input, mayCreate: async () => true }, how);
  };
  return {
    store,
    clock,
    folder,
    options,
    events,
    workspace,
    open,
    publish: (specs, to = {}) => publish(specs, to, options),
    propose: async (specs, { as = proposer, ...to } = {}) => {
      const { published } = await publish(specs, to, { ...options, propose: { as } });
      const [proposal] = published.flatMap((one) => one.proposal ?? []);
      if (proposal === undefined) throw new Error('nothing was proposed');
      return proposal;
    },
    commit: async () => finishOthers(await open(), options),
    configure: (settings, ...others) =>
      writeFile(
        join(folder, 'pakhus.yaml'),
        [`repositories: { deb: { format: deb, ${settings} } }`, ...others, ''].join('\n'),
      ),
  };
}

/** A user with a store of its own, a directory unless told otherwise, which goes away with its scope. */
export async function createTestRepository(
  options: Pick<TestUserInput, 'env' | 'author'> & {
    readonly capabilities?: Partial<StorageCapabilities>;
  } = {},
): Promise<TestUser & AsyncDisposable> {
  const dir = await createTempDir('repository');
  const clock = simulatedClock();
  const { capabilities = {}, ...user } = options;
  const store = createMemoryStorage({ clock, name: '/simulated', capabilities });
  return {
    ...createTestUser({ store, clock, folder: dir.path, ...user }),
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
}

/** Keys of a store's objects. */
export async function keysOf(store: Storage, prefix = ''): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** Changes one bit in the middle of an object. */
export async function flipByte(store: Storage, key: string): Promise<void> {
  const bytes = Uint8Array.from(await readBytes(store, key, { limitBytes: 100_000_000 }));
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await store.write(key, bytes);
}
