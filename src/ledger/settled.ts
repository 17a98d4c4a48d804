/**
 * Which intents were settled, as long as they could come back: one blob per hour of the last seven days, named by the manifest. What
 * has to be remembered for longer moves on into the current hour: a retry may still arrive while its id is young enough.
 */

import { getJson, putJson } from '../catalog/json-blob.ts';
import { arrayOf, field, num } from '../core/shape.ts';
import { ulidTime } from '../core/ulid.ts';
import type { CallOptions } from '../storage/storage.ts';
import { INTENT_LIFETIME_MS } from './intents.ts';
import type { Ledger } from './ledger.ts';
import type { Manifest, SettledHour } from './manifest.ts';
import { type Settlement, settlement } from './record.ts';

const HOUR_MS = 3_600_000;
/** Clocks of those who commit differ by less. */
const MARGIN_MS = HOUR_MS;
/** Ids further ahead of their settlement are nobody's wrong clock. */
const HORIZON_MS = 30 * 24 * HOUR_MS;

/** How an intent ended, and in which revision. */
export interface SettledIntent extends Settlement {
  readonly rev: number;
}

/** All of them, by reference. @throws LEDGER_CORRUPT */
export async function readSettled(
  ledger: Ledger,
  manifest: Pick<Manifest, 'settled'>,
  call: CallOptions = {},
): Promise<ReadonlyMap<string, SettledIntent>> {
  const all = await Promise.all(manifest.settled.map((hour) => readHour(ledger, hour, call)));
  return new Map(all.flat().map((one) => [one.ref, one]));
}

/** Says how intents ended. */
export interface SettledIntents {
  /** Undefined: it is not among those that the revision remembers. @throws LEDGER_CORRUPT */
  find(ref: string): Promise<SettledIntent | undefined>;
}

/** Those that `manifest` knows. An hour is read when an id is asked for that may have been settled in it. */
export function settledIntents(
  ledger: Ledger,
  manifest: Pick<Manifest, 'settled'> | undefined,
  call: CallOptions = {},
): SettledIntents {
  const hours = manifest?.settled ?? [];
  const known = new Map<SettledHour, Refs>();
  const load = (hour: SettledHour): Refs => {
    const refs = known.get(hour) ?? readRefs(ledger, hour, call);
    known.set(hour, refs);
    return refs;
  };
  return {
    async find(ref) {
      const idMs = timeOf(ref);
      const possible = hours.filter(
        ({ idsMs }) => idsMs === undefined || (idsMs[0] <= idMs && idMs <= idsMs[1]),
      );
      const all = await Promise.all(possible.map(load));
      for (const refs of all.reverse()) {
        const found = refs.get(ref);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

type Refs = Promise<ReadonlyMap<string, SettledIntent>>;

async function readRefs(ledger: Ledger, hour: SettledHour, call: CallOptions): Refs {
  return new Map((await readHour(ledger, hour, call)).map((one) => [one.ref, one]));
}

/** The manifest's list with `settled` in it and without what cannot come back any more. */
export async function addSettled(
  ledger: Ledger,
  base: readonly SettledHour[],
  added: {
    readonly settled: readonly SettledIntent[];
    /** References of settled intents that nobody could delete. */
    readonly left: ReadonlySet<string>;
    readonly nowMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<readonly SettledHour[]> {
  const { settled, left, nowMs, ...options } = added;
  const hour = Math.floor(nowMs / HOUR_MS);
  const isYoung = (one: SettledHour): boolean => (one.hour + 1) * HOUR_MS + INTENT_LIFETIME_MS >= nowMs;
  const list: SettledIntent[] = [];
  for (const one of base) {
    if (one.hour === hour) list.push(...(await readHour(ledger, one, options)));
    else if (!isYoung(one)) {
      const old = await readHour(ledger, one, options);
      list.push(
        ...old.filter(({ ref }) => left.has(ref) || canReturn(ref, { nowMs, settledMs: one.hour * HOUR_MS })),
      );
    }
  }
  const all = [...list, ...settled];
  const times = all.map(({ ref }) => timeOf(ref));
  const idsMs: [number, number] = [Math.min(...times), Math.max(...times)];
  const blob = await putJson(ledger.blobs, all, options);
  const now: SettledHour = all.length === 0 ? { hour, blob } : { hour, blob, idsMs };
  return [...base.filter((one) => one.hour !== hour && isYoung(one)), now];
}

/** The time of an intent's id, milliseconds since 1970. */
function timeOf(ref: string): number {
  return ulidTime(ref.slice(ref.indexOf('/') + 1)) ?? 0;
}

/** A copy of the intent that arrives now would look like a new one. */
function canReturn(ref: string, at: { readonly nowMs: number; readonly settledMs: number }): boolean {
  const madeMs = timeOf(ref);
  return madeMs + INTENT_LIFETIME_MS + MARGIN_MS >= at.nowMs && madeMs - at.settledMs < HORIZON_MS;
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
