/** A sweep from its first commit to its second: see sweep.ts. */
import { putJson } from '../catalog/json-blob.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type Doomed, deleteObjects } from './delete-objects.ts';
import type { Ledger } from './ledger.ts';
import { type Revision, readTail } from './log.ts';
import type { Sweep } from './manifest.ts';
import { awaitSweeper, sweepEndsIn } from './sweep.ts';
import { commitManifest } from './write-revision.ts';

/** How long a sweep may last, and how long each object is given: on a slow store sixteen at once take a second. */
const LEAST_MS = 15_000;
const EACH_MS = 15;
/** Objects of one sweep: it never lasts longer than 15 minutes. */
export const SWEEP_LIMIT = 50_000;
/** Times that other writers may win before this one leaves the end of its sweep to them. */
const ATTEMPTS = 100;

/** What is to be deleted, at most {@link SWEEP_LIMIT} objects. */
export interface SweepOrder {
  /** The newest revision when the store was listed. */
  readonly tail: Revision;
  /** Fixed names of the public folder, in the order in which they go. */
  readonly pointers: readonly Doomed[];
  /** Other objects of the public folder. */
  readonly files: readonly Doomed[];
  readonly state: readonly Doomed[];
  /** Fixed names that the manifest calls gone, and that are gone indeed. */
  readonly absent: readonly string[];
  /** The first revision that loses nothing. */
  readonly wholeFrom: number;
  /** For the log. `done`: afterwards. */
  message(objects: readonly Doomed[], done: boolean): string;
  readonly onDeleted: (object: Doomed) => void;
}

/**
 * Undefined when somebody else's revision came first: then nothing is deleted, and the store has to be listed again. Otherwise
 * how many objects were left because the time was over or the store did not answer.
 * @throws STORE_PERMISSION when all is over and some objects belong to somebody else, KEY_NOT_FOUND, LEDGER_*, STORE_*
 */
export async function runSweep(
  ledger: Ledger,
  order: SweepOrder,
  call: CallOptions = {},
): Promise<{ readonly left: number } | undefined> {
  const { tail, pointers, files, state } = order;
  const all = [...pointers, ...files, ...state];
  const keysOf = (objects: readonly Doomed[]): readonly string[] => objects.map(({ key }) => key);
  const keys = { tree: keysOf([...pointers, ...files]), state: keysOf(state) };
  const sweep: Sweep = {
    keys: await putJson(ledger.blobs, keys, call),
    untilMs: ledger.time.now() + LEAST_MS + EACH_MS * all.length,
  };
  const wholeFrom = Math.max(tail.manifest.wholeFrom, order.wholeFrom);
  const manifest = { ...tail.manifest, sweep, wholeFrom };
  if (!(await commitManifest(ledger, { tail, manifest, message: order.message(all, false) }, call)))
    return undefined;
  const deleted: Doomed[] = [];
  const how = {
    ...call,
    untilMs: sweep.untilMs,
    onDeleted: (object: Doomed) => {
      deleted.push(object);
      order.onDeleted(object);
    },
  };
  const ended = [
    await deleteObjects(ledger, { storage: ledger.tree, objects: pointers }, { ...how, anyOrder: false }),
    await deleteObjects(ledger, { storage: ledger.tree, objects: files }, { ...how, anyOrder: true }),
    await deleteObjects(ledger, { storage: ledger.state, objects: state }, { ...how, anyOrder: true }),
  ];
  // A request that was lost, or was tried twice by those who carry it, can arrive as long as the store takes it.
  if (!ledger.tree.capabilities.exclusive || ended.some(({ unsure }) => unsure)) {
    await ledger.clock.sleep(sweepEndsIn(ledger, sweep), call.signal);
    await awaitSweeper(ledger, call);
  }
  const gone = new Set([...order.absent, ...keysOf(deleted)]);
  await endSweep(ledger, { sweep, gone, message: order.message(deleted, true) }, call);
  for (const { refused } of ended) if (refused !== undefined) throw refused;
  return { left: all.length - deleted.length };
}

/** Commits that the sweep is over, unless somebody else did. @throws LEDGER_CONFLICT, KEY_NOT_FOUND, LEDGER_*, STORE_* */
export async function endSweep(
  ledger: Ledger,
  end: {
    readonly sweep: Sweep;
    /** Fixed names that need not be remembered any more. */
    readonly gone: ReadonlySet<string>;
    readonly message: string;
  },
  call: CallOptions = {},
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const tail = await readTail(ledger, call);
    if (tail?.manifest.sweep?.keys.key !== end.sweep.keys.key) return;
    const gone = tail.manifest.gone.filter(({ path }) => !end.gone.has(path));
    const manifest = { ...tail.manifest, gone, sweep: null };
    if (await commitManifest(ledger, { tail, manifest, message: end.message }, call)) return;
  }
  throw new PakhusError(
    'LEDGER_CONFLICT',
    `${ledger.state.name}: other writers won ${ATTEMPTS} times in a row`,
    { hint: 'Nothing is lost: what was to be deleted is deleted, and whoever commits next notes it.' },
  );
}
