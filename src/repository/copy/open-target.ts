/** Opening the store that a copy goes to. */
import { findStoreProblem, resolveStoreAddress } from '../../config/addresses.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { openStorage } from '../../storage/open-storage.ts';
import { prefixStorage } from '../../storage/prefix.ts';
import type { Storage } from '../../storage/storage.ts';
import { STATE_FOLDER } from '../store-layout.ts';
import type { Workspace } from '../workspace.ts';
import type { CopyTarget } from './copy-repository.ts';

export interface TargetInput {
  /** A folder, from `cwd` on, or a bucket. */
  readonly store: string;
  /** Where its ledgers go; undefined: into the store. */
  readonly state: string | undefined;
  /** It gets no ledgers. */
  readonly publicOnly: boolean;
  readonly cwd: string;
  readonly singleWriter: boolean;
  /** Credentials of buckets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Nothing is made: a folder that does not exist is seen as empty. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

/** A folder is made. @throws CLI_USAGE, STORE_* */
export async function openTarget(
  { store: source, config }: Workspace,
  input: TargetInput,
): Promise<CopyTarget> {
  const holds = input.publicOnly || input.state !== undefined ? 'public' : 'all';
  const store = await open('STORE', input.store, { ...input, holds });
  if (store.name === source.name) throw sameStore(store);
  if (input.publicOnly) return { store, states: undefined };
  if (input.state === undefined) return { store, states: prefixStorage(store, STATE_FOLDER) };
  const states = await open('--state', input.state, { ...input, holds: 'state' });
  if (states.name === config.state.value) throw sameStore(states);
  return { store, states };
}

async function open(
  label: string,
  location: string,
  input: TargetInput & { readonly holds: 'all' | 'public' | 'state' },
): Promise<Storage> {
  const problem = findStoreProblem(location);
  if (problem !== undefined) throw new PakhusError('CLI_USAGE', `${label} ${problem}`);
  const { cwd, singleWriter, env, holds, dryRun, signal } = input;
  const address = resolveStoreAddress(location, cwd);
  try {
    return await openStorage(address, {
      create: !dryRun,
      singleWriter,
      env,
      holds,
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!dryRun || !hasCode(error, 'STORE_NOT_FOUND')) throw error;
    const { createMemoryStorage } = await import('../../storage/memory.ts');
    return createMemoryStorage({ name: address });
  }
}

function sameStore({ name }: Storage): PakhusError {
  return new PakhusError('CLI_USAGE', `${name} is where the repositories are copied from`, {
    hint: 'Name another folder or bucket. --store says where to copy from.',
  });
}
