/** How a proposal ended, by the log: also what the newest revision has forgotten, and for those who may read nothing else. */
import { ulidTime } from '../core/ulid.ts';
import type { CallOptions } from '../storage/storage.ts';
import { FUTURE_LIMIT_MS } from './intents.ts';
import type { Ledger } from './ledger.ts';
import { walkBack } from './log.ts';
import type { SettledIntent } from './settled.ts';

/** Clocks of those who commit and of those who propose. */
const MARGIN_MS = FUTURE_LIMIT_MS + 60_000;

export interface SettlementSearch {
  /** Undefined: no record settles it. */
  readonly settled: SettledIntent | undefined;
  /** The newest revision there was. */
  readonly rev: number;
}

/**
 * Looks through the records that are newer than `seen` and not older than the proposal's id.
 * @param ref `<who>/<ulid>`
 * @throws LEDGER_*, STORE_*
 */
export async function findSettlement(
  ledger: Ledger,
  { ref, seen, ...call }: CallOptions & { readonly ref: string; readonly seen: number },
): Promise<SettlementSearch> {
  const sinceMs = (ulidTime(ref.slice(ref.indexOf('/') + 1)) ?? 0) - MARGIN_MS;
  let newest = seen;
  for await (const { signed } of walkBack(ledger, { ...call, until: seen })) {
    const { rev, signedAtMs, settled } = signed.record;
    newest = Math.max(newest, rev);
    const own = settled.find((one) => one.ref === ref);
    if (own !== undefined) return { settled: { ...own, rev }, rev: newest };
    if (signedAtMs < sinceMs) break;
  }
  return { settled: undefined, rev: newest };
}
