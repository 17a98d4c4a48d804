/** Which intents were settled in the last seven days: one blob per hour, named by the manifest. */

import { getJson, putJson } from '../catalog/json-blob.ts';
import { arrayOf, field, num } from '../core/shape.ts';
import type { CallOptions } from '../storage/storage.ts';
import { INTENT_LIFETIME_MS } from './intents.ts';
import type { Ledger } from './ledger.ts';
import type { Manifest, SettledHour } from './manifest.ts';
import { type Settlement, settlement } from './record.ts';

const HOUR_MS = 3_600_000;

/** How an intent ended, and in which revision. */
export interface SettledIntent extends Settlement {
  readonly rev: number;
}

/** Every settled intent that `manifest` knows, by reference. @throws LEDGER_CORRUPT */
export async function readSettled(
  ledger: Ledger,
  manifest: Manifest,
  options: CallOptions = {},
): Promise<ReadonlyMap<string, SettledIntent>> {
  const all = new Map<string, SettledIntent>();
  for (const hour of manifest.settled)
    for (const one of await readHour(ledger, hour, options)) all.set(one.ref, one);
  return all;
}

/** The manifest's list with `added` in it and without hours that ended more than seven days ago. */
export async function addSettled(
  ledger: Ledger,
  base: readonly SettledHour[],
  added: {
    readonly settled: readonly SettledIntent[];
    readonly nowMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<readonly SettledHour[]> {
  const options = added.signal === undefined ? {} : { signal: added.signal };
  const hour = Math.floor(added.nowMs / HOUR_MS);
  const young = base.filter((one) => (one.hour + 1) * HOUR_MS + INTENT_LIFETIME_MS >= added.nowMs);
  const current = young.find((one) => one.hour === hour);
  const before = current === undefined ? [] : await readHour(ledger, current, options);
  const blob = await putJson(ledger.blobs, [...before, ...added.settled], options);
  return [...young.filter((one) => one.hour !== hour), { hour, blob }];
}

function readHour(ledger: Ledger, hour: SettledHour, options: CallOptions): Promise<SettledIntent[]> {
  return getJson(ledger.blobs, hour.blob, {
    ...options,
    what: 'list of settled intents',
    read: arrayOf(settledIntent),
  });
}

function settledIntent(value: unknown): SettledIntent {
  return { ...settlement(value), rev: field(value, 'rev', num) };
}
