/** A repository in one store in memory, and copies of it in others. */
import {
  type CopyResult,
  type CopyTarget,
  copyRepository,
} from '../../src/repository/copy/copy-repository.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import { prefixStorage } from '../../src/storage/prefix.ts';
import type { Storage, StorageCapabilities } from '../../src/storage/storage.ts';
import { simulatedClock } from './simulated-publisher.ts';
import { createTempDir } from './temp.ts';
import { createTestUser, type TestUser } from './test-repository.ts';

export interface CopyYard extends AsyncDisposable {
  readonly user: TestUser;
  /** An empty store. */
  newStore(capabilities?: Partial<StorageCapabilities>): Storage;
  /** The same person, at another store. */
  at(store: Storage): TestUser;
  /** `name`: of the repository; default: `deb`. */
  copy(
    to: CopyTarget,
    options?: { readonly dryRun?: boolean; readonly name?: string },
  ): Promise<CopyResult | undefined>;
}

export async function createCopyYard(capabilities: Partial<StorageCapabilities> = {}): Promise<CopyYard> {
  const dir = await createTempDir('copy');
  const clock = simulatedClock();
  const newStore: CopyYard['newStore'] = (own = {}) =>
    createMemoryStorage({ clock, name: '/simulated', capabilities: own });
  const at = (store: Storage): TestUser => createTestUser({ store, clock, folder: dir.path });
  const user = at(newStore(capabilities));
  return {
    user,
    newStore,
    at,
    copy: async (to, { dryRun = false, name } = {}) =>
      copyRepository(await user.open(name), to, { ...user.options, dryRun }),
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
}

/** A whole copy in one store, with its ledgers inside. */
export function wholeIn(store: Storage): CopyTarget {
  return { store, states: prefixStorage(store, '.pakhus') };
}
