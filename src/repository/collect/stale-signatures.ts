/**
 * Signatures that are published no more while the file that they cover goes on: `<file>.sig` of a database that is not signed any more.
 * A client that finds one refuses the file, so they are the one thing that goes at once, not after the grace.
 */
import { callOf } from '../../catalog/call-of.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { Doomed } from '../../ledger/delete-objects.ts';
import { learnStoreTime } from '../../ledger/learn-time.ts';
import type { Manifest } from '../../ledger/manifest.ts';
import { runSweep } from '../../ledger/run-sweep.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { publishNewest } from '../change/publish-newest.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { awaitOthers } from './await-others.ts';

const SUFFIX = '.sig';

/** Their paths. */
export function staleSignatures({ pointers, gone }: Pick<Manifest, 'pointers' | 'gone'>): readonly string[] {
  const there = new Set(pointers.map(({ path }) => path));
  const covers = (path: string): string => path.slice(0, -SUFFIX.length);
  return gone.flatMap(({ path }) => (path.endsWith(SUFFIX) && there.has(covers(path)) ? [path] : []));
}

/** Deletes them. @throws KEY_NOT_FOUND, LEDGER_*, STORE_* */
export async function dropStaleSignatures(repository: Repository, options: UseCaseOptions): Promise<void> {
  const { ledger } = repository;
  const call = callOf(options);
  const onDeleted = ({ key }: Doomed): void =>
    options.report({ type: 'progress', task: 'Deleting', item: key });
  await learnStoreTime(ledger, call);
  for (;;) {
    const { revision } = await awaitOthers(repository, options);
    const pointers = await thereOf(repository, staleSignatures(revision.manifest), call);
    if (pointers.length === 0) return;
    const { wholeFrom } = revision.manifest;
    const order = {
      tail: revision,
      pointers,
      files: [],
      state: [],
      absent: [],
      wholeFrom,
      message,
      onDeleted,
    };
    // Undefined: somebody else's revision came first.
    if ((await runSweep(ledger, order, call)) !== undefined) break;
  }
  await publishNewest(repository, options);
}

async function thereOf(
  { tree }: Repository,
  paths: readonly string[],
  call: CallOptions,
): Promise<readonly Doomed[]> {
  const found: Doomed[] = [];
  for (const path of paths) {
    try {
      found.push(await tree.stat(path, call));
    } catch (error) {
      if (!hasCode(error, 'STORE_OBJECT_NOT_FOUND')) throw error;
    }
  }
  return found;
}

function message(objects: readonly Doomed[], done: boolean): string {
  return `${done ? 'dropped' : 'drop'} ${objects.length} stale signatures`;
}
