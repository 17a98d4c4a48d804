/**
 * A repository and its ledger, carried over to another store, so that what is there is a whole repository at every moment.
 *
 * ```
 *   packages, index files   by name, size and date      nothing there names them yet
 *   blobs                   the same
 *   log/…                   in order                    from here on the copy's ledger has the revision
 *   pointers                as any publish writes them  from here on its clients see it
 * ```
 * Whoever dies in between leaves a copy at the revision that it had, or one that the next copy, or `pakhus repair` there, finishes.
 * Open proposals stay with the source. Nothing is ever deleted: a copy's clients may hold older indexes than the source's, and only a
 * commit could announce a sweep, which would give the copy a history of its own.
 *
 * A copy without a ledger, for a plain web server, has the public folder alone.
 */

import { createBlobStore } from '../../catalog/blobs.ts';
import { callOf } from '../../catalog/call-of.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { copyLog, countCopied } from '../../ledger/copy-log.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { newestRev, type Revision, readTail } from '../../ledger/log.ts';
import { publishTail, stalePointers, writePointers } from '../../ledger/publish.ts';
import { createStoreTime } from '../../ledger/store-time.ts';
import { prefixStorage } from '../../storage/prefix.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { publicFolder, STATE_FOLDER } from '../store-layout.ts';
import { copyBlobs, copyTree, type Tally } from './copy-parts.ts';

/** Where the copy goes. */
export interface CopyTarget {
  readonly store: Storage;
  /** Its ledgers, a folder for each repository; undefined: it gets none. */
  readonly states: Storage | undefined;
}

export interface CopyResult {
  readonly repository: string;
  /** The revision that the copy's clients see now; on a dry run the one that they would. */
  readonly rev: number;
  /** The newest revision that the copy had before; undefined: it has no ledger. */
  readonly fromRev: number | undefined;
  /** What was copied, of the public folder and of the ledger. */
  readonly files: Tally;
  readonly ledger: Tally;
  /** Paths of the pointers that were written. */
  readonly written: readonly string[];
  /** The newest revision of the source, where it had gone on by the end. */
  readonly newerRev: number | undefined;
}

/** A source that goes on meanwhile is followed so often. */
const PASSES = 3;

/**
 * Copies what differs; undefined when nothing was published yet.
 * @throws COPY_DIVERGED when the copy has another history or a newer one, LEDGER_*, STORE_*
 */
export async function copyRepository(
  repository: Repository,
  target: CopyTarget,
  options: UseCaseOptions & { readonly dryRun: boolean },
): Promise<CopyResult | undefined> {
  const call = callOf(options);
  const source = repository.ledger;
  const copy = targetLedger(repository, target);
  if (target.states === undefined) await refuseLedger(repository, target, call);
  const fromRev = target.states === undefined ? undefined : await countCopied({ source, target: copy }, call);
  const total: Totals = { files: emptyTally(), ledger: emptyTally(), written: new Set() };
  let done: Pass | undefined;
  for (let pass = 1; pass <= PASSES; pass++) {
    done = await copyOnce(repository, { copy, hasLedger: target.states !== undefined, total }, options);
    if (done === undefined) return undefined;
    const isBehind = done.rev < (await newestRev(source, call));
    if (options.dryRun || (!isBehind && done.missed === 0)) break;
  }
  if (done === undefined) throw new Error('no pass was made');
  const newest = await newestRev(source, call);
  return {
    repository: repository.name,
    rev: done.rev,
    fromRev,
    files: total.files,
    ledger: total.ledger,
    written: [...total.written],
    newerRev: newest > done.rev ? newest : undefined,
  };
}

interface Totals {
  readonly files: Tally;
  readonly ledger: Tally;
  readonly written: Set<string>;
}

interface Pass {
  /** What clients of the copy see. */
  readonly rev: number;
  /** Objects that went away while they were to be copied: a sweep is going on. */
  readonly missed: number;
}

interface PassWork {
  readonly copy: Ledger;
  readonly hasLedger: boolean;
  readonly total: Totals;
}

async function copyOnce(
  repository: Repository,
  { copy, hasLedger, total }: PassWork,
  options: UseCaseOptions & { readonly dryRun: boolean },
): Promise<Pass | undefined> {
  const call = callOf(options);
  const source = repository.ledger;
  const tail = await readTail(source, call);
  if (tail === undefined) return undefined;
  const { rev } = tail.signed.record;
  const work = { source, copy, ...options };
  let missed = await copyTree(work, total.files);
  if (hasLedger) {
    missed += await copyBlobs(work, total.ledger);
    const from = await countCopied({ source, target: copy }, call);
    total.ledger.files += Math.max(0, rev - from);
    if (!options.dryRun) await copyLog({ source, target: copy }, { from, tail }, call);
  }
  options.report({ type: 'progress', task: `Publishing the copy of ${repository.name}` });
  if (options.dryRun) {
    for (const path of await stalePointers(copy, tail, call)) total.written.add(path);
    return { rev, missed };
  }
  if (hasLedger) {
    const published = await publishTail(copy, call);
    for (const path of published.written) total.written.add(path);
    return { rev: published.rev, missed };
  }
  const written = await writeAlone(work, { tail, total }, call);
  for (const path of written.paths) total.written.add(path);
  return { rev: written.rev, missed };
}

/** Inside a directory's lock the source is read again: of two who copy, the later one has the newer revision. */
async function writeAlone(
  work: Parameters<typeof copyTree>[0],
  { tail, total }: { readonly tail: Revision; readonly total: Totals },
  call: CallOptions,
): Promise<{ readonly rev: number; readonly paths: readonly string[] }> {
  const { source, copy } = work;
  const write = async (revision: Revision) => ({
    rev: revision.signed.record.rev,
    paths: await writePointers(copy, revision, call),
  });
  if (!copy.tree.capabilities.exclusive) return write(tail);
  return copy.tree.exclusive(async () => {
    const newest = await readTail(source, call);
    if (newest === undefined || newest.digest === tail.digest) return write(tail);
    await copyTree(work, total.files);
    return write(newest);
  }, call);
}

/** The ledger as it is there. Without one of its own, pointers come from the source's. */
function targetLedger({ name, path, ledger, newId }: Repository, { store, states }: CopyTarget): Ledger {
  const tree = publicFolder(store, path);
  const state = states === undefined ? ledger.state : prefixStorage(states, name);
  return {
    ...ledger,
    tree,
    state,
    blobs: states === undefined ? ledger.blobs : createBlobStore(state, { ulid: newId }),
    time: createStoreTime(ledger.clock),
    settle: async (call) => {
      await store.settle(call);
      if (states !== undefined && states !== store) await states.settle(call);
    },
  };
}

/** A folder with a ledger is more than a copy of the public files: its own pointers would go back at the next publish there. */
async function refuseLedger({ name }: Repository, { store }: CopyTarget, call: CallOptions): Promise<void> {
  for await (const { key } of store.list(`${STATE_FOLDER}/${name}/log/`, call)) {
    throw new PakhusError('COPY_DIVERGED', `${store.name}/${key}: there is a ledger of '${name}' already`, {
      hint: 'Copy without --public-only: the copy is brought to the newest revision as a whole. Or choose another folder.',
      details: { repository: name },
    });
  }
}

function emptyTally(): Tally {
  return { files: 0, sizeBytes: 0 };
}
