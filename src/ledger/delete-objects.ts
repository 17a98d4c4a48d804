/** The deletes of a sweep: in turns, so that whoever publishes meanwhile gets the lock of a directory, and never after `until`. */
import { callOf } from '../catalog/call-of.ts';
import { hasCode, type PakhusError } from '../core/pakhus-error.ts';
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

/** How the deletes ended. */
export interface DeleteOutcome {
  /** The time was over before the end, or answers were lost: a delete may still take effect until then. */
  readonly unsure: boolean;
  /** The first refusal, where objects belong to somebody else. The others were deleted. */
  readonly refused: PakhusError | undefined;
}

interface Turn {
  isLate: boolean;
  isUnsure: boolean;
  refused: PakhusError | undefined;
}

/** Deletes objects of `storage`, a folder of `ledger`. @throws STORE_LOCKED, STORE_* */
export async function deleteObjects(
  ledger: Ledger,
  { storage, objects }: { readonly storage: Storage; readonly objects: readonly Doomed[] },
  order: DeleteOrder,
): Promise<DeleteOutcome> {
  const { exclusive } = storage.capabilities;
  const call = callOf(order);
  const turn: Turn = { isLate: false, isUnsure: false, refused: undefined };
  for (let at = 0; at < objects.length && !turn.isLate; at += TURN) {
    if (exclusive && at > 0) await ledger.clock.sleep(PAUSE_MS, order.signal);
    const lanes = exclusive || !order.anyOrder ? 1 : LANES;
    const work = (): Promise<void> =>
      deleteTurn(storage, { turn, objects: objects.slice(at, at + TURN), lanes }, order);
    await (exclusive ? storage.exclusive(work, call) : work());
  }
  return { unsure: turn.isLate || turn.isUnsure, refused: turn.refused };
}

async function deleteTurn(
  storage: Storage,
  work: { readonly turn: Turn; readonly objects: readonly Doomed[]; readonly lanes: number },
  order: DeleteOrder,
): Promise<void> {
  const { turn, lanes } = work;
  const { untilMs, onDeleted } = order;
  const rest = work.objects.values();
  const lane = async (): Promise<void> => {
    for (const object of rest) {
      if (turn.isLate) return;
      try {
        await storage.delete(object.key, { untilMs, ...callOf(order) });
        onDeleted(object);
      } catch (error) {
        if (hasCode(error, 'STORE_CONFLICT')) turn.isLate = true;
        else if (hasCode(error, 'STORE_UNAVAILABLE')) turn.isUnsure = true;
        else if (hasCode(error, 'STORE_PERMISSION')) turn.refused ??= error;
        else throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
