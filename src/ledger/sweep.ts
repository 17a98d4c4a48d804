/**
 * Deleting without taking anything from anybody. The deletes are announced by a commit and end at a moment that the store keeps:
 *
 * ```
 * list ─▶ revision N: sweep { keys, until } ─▶ delete, until `until` ─▶ revision N+1: no sweep
 *              │ a preparation that began before loses log/N
 *              └ a later one names none of the keys anew: it waits until the sweep is over, then looks what is there
 * ```
 * A sweeper that dies or sleeps deletes nothing after `until`: a bucket refuses the request, and in a directory a delete happens
 * inside the store's lock, which whoever ends the sweep for it takes once.
 */
import { getJson } from '../catalog/json-blob.ts';
import { arrayOf, field, text } from '../core/shape.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import type { Sweep } from './manifest.ts';

/** Clocks of those who delete and of those who commit differ by less. */
const MARGIN_MS = 15_000;

/** Keys that a sweep deletes. */
export interface SweepKeys {
  /** Below the repository's public folder. */
  readonly tree: readonly string[];
  /** Below its state folder. */
  readonly state: readonly string[];
}

/** @throws LEDGER_CORRUPT */
export function readSweepKeys(ledger: Ledger, sweep: Sweep, call: CallOptions = {}): Promise<SweepKeys> {
  const read = (value: unknown): SweepKeys => ({
    tree: field(value, 'tree', arrayOf(text)),
    state: field(value, 'state', arrayOf(text)),
  });
  return getJson(ledger.blobs, sweep.keys, { ...call, what: 'list of objects to delete', read });
}

/** How long until nobody deletes for this sweep any more; 0: it is over. */
export function sweepEndsIn(ledger: Ledger, sweep: Sweep): number {
  return Math.max(0, sweep.untilMs + MARGIN_MS - ledger.time.now());
}

/** After `until`: returns when no delete can be under way. @throws STORE_LOCKED when somebody sleeps inside the lock */
export async function awaitSweeper(ledger: Ledger, call: CallOptions = {}): Promise<void> {
  if (ledger.tree.capabilities.exclusive) await ledger.tree.exclusive(async () => {}, call);
}
