/** The deletes of a sweep: in turns, so that whoever publishes meanwhile gets the lock of a directory, and never after `until`. */
import { hasCode } from '../core/pakhus-error.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';

/** Deletes of one turn. */
const TURN = 256;
/** Between two turns: longer than those who wait for a lock sleep. */
const PAUSE_MS = 50;
/** Deletes under way at once where there is no lock. */
const LANES = 16;

/** An object that is to go. */
export interface Doomed {
  readonly key: string;
  readonly sizeBytes: number;
}

export interface DeleteOrder extends CallOptions {
  /** Keys that may be deleted in any order; else one after the other. */
  readonly anyOrder: boolean;
  /** See `DeleteOptions`. */
  readonly untilMs: number;
  /** Told of each object that is gone. */
  readonly onDeleted: (object: Doomed) => void;
}

/**
 * `late`: the time was over before the end. `unsure`: some answers were lost, so that a delete may still take effect until then.
 * @throws STORE_PERMISSION, STORE_LOCKED
 */
export type DeleteOutcome = 'done' | 'unsure' | 'late';

/** Deletes objects of `storage`, a folder of `ledger`. */
export async function deleteObjects(
  ledger: Ledger,
  { storage, objects }: { readonly storage: Storage; readonly objects: readonly Doomed[] },
  order: DeleteOrder,
): Promise<DeleteOutcome> {
  const { exclusive } = storage.capabilities;
  const call = order.signal === undefined ? {} : { signal: order.signal };
  let outcome: DeleteOutcome = 'done';
  for (let at = 0; at < objects.length && outcome !== 'late'; at += TURN) {
    if (exclusive && at > 0) await ledger.clock.sleep(PAUSE_MS, order.signal);
    const turn = objects.slice(at, at + TURN);
    const lanes = exclusive || !order.anyOrder ? 1 : LANES;
    const work = (): Promise<DeleteOutcome> => deleteTurn(storage, { turn, lanes }, order);
    const next = exclusive ? await storage.exclusive(work, call) : await work();
    if (next !== 'done') outcome = next;
  }
  return outcome;
}

async function deleteTurn(
  storage: Storage,
  { turn, lanes }: { readonly turn: readonly Doomed[]; readonly lanes: number },
  { untilMs, signal, onDeleted }: DeleteOrder,
): Promise<DeleteOutcome> {
  const rest = turn.values();
  let outcome: DeleteOutcome = 'done';
  const lane = async (): Promise<void> => {
    for (const object of rest) {
      try {
        await storage.delete(object.key, { untilMs, ...(signal && { signal }) });
        onDeleted(object);
      } catch (error) {
        if (!hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE')) throw error;
        if (error.code === 'STORE_UNAVAILABLE') {
          if (outcome === 'done') outcome = 'unsure';
          continue;
        }
        outcome = 'late';
        return;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return outcome;
}
