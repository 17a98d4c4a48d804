/** A repository to collect from: `keep: 1`, so that each version of a package replaces the one before. */

import { type CollectResult, collectRepository } from '../../src/repository/collect/collect.ts';
import { verifyRepository } from '../../src/repository/verify/verify.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import type { Storage, StorageCapabilities } from '../../src/storage/storage.ts';
import { readAsClient } from './apt-reader.ts';
import { type FakeClock, fakeClock } from './ledger-kit.ts';
import { createTempDir } from './temp.ts';
import { createTestUser, keysOf, type TestUser } from './test-repository.ts';

/** Milliseconds. */
export const HOUR = 3_600_000;
/** Milliseconds. */
export const DAY: number = 24 * HOUR;

/** Both kinds of store: names for `describe.each`. */
export const STORES: readonly [name: string, capabilities: Partial<StorageCapabilities>][] = [
  ['a directory', {}],
  ['a bucket', { exclusive: false, metadata: true }],
];

export interface Yard extends AsyncDisposable {
  readonly store: Storage;
  readonly clock: FakeClock;
  readonly user: TestUser;
  /** Another process of the same machine, whose calls go through `around`. */
  process(around?: (store: Storage) => Storage): TestUser;
  /** Publishes these versions of `demo`, a day apart. */
  publishDaily(...versions: readonly string[]): Promise<void>;
  /** Keys of package files, without folders. */
  pool(): Promise<readonly string[]>;
}

export async function createYard(
  capabilities: Partial<StorageCapabilities> = {},
  settings = 'channels: [stable], keep: 1',
): Promise<Yard> {
  const dir = await createTempDir('yard');
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, name: '/simulated', capabilities });
  let processes = 0;
  const process: Yard['process'] = (around = (same) => same) =>
    createTestUser({ store: around(store), clock, folder: dir.path, author: `process-${processes++}@desk` });
  const user = process();
  await user.configure(settings);
  return {
    store,
    clock,
    user,
    process,
    publishDaily: async (...versions) => {
      for (const version of versions) {
        await user.publish([{ name: 'demo', version }]);
        clock.advance(DAY);
      }
    },
    pool: async () => (await keysOf(store, 'deb/pool/')).map((key) => key.slice(key.lastIndexOf('/') + 1)),
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
}

/** `pakhus gc`. */
export async function collect(
  user: TestUser,
  { graceMs, dryRun = false }: { readonly graceMs?: number; readonly dryRun?: boolean } = {},
): Promise<CollectResult> {
  return collectRepository(await user.open(), { graceMs, dryRun }, user.options);
}

/** What a client of the channel sees; throws when a file is missing. */
export async function seenBy({ store }: Pick<Yard, 'store'>, channel = 'stable'): Promise<readonly string[]> {
  return (await readAsClient(store, 'deb', channel))?.packages ?? [];
}

/** Problems that `pakhus verify` finds. */
export async function problemsOf(user: TestUser, repository?: string): Promise<readonly string[]> {
  const { findings } = await verifyRepository(await user.open(repository), user.options);
  return findings.map(({ path, problem }) => `${path} ${problem}`);
}
