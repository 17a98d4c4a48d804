/**
 * Earlier revisions. A record is believed because the one after it names its digest, up to the newest, whose signature was
 * checked: nobody can put another one in its place, whoever may commit today.
 */
import { mapInOrder } from '../catalog/map-in-order.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { CallOptions } from '../storage/storage.ts';
import { checkParent } from './check-trust.ts';
import type { Ledger } from './ledger.ts';
import { type FoundRecord, readRecord } from './log.ts';
import { recordKey } from './record.ts';

/** Records that are read ahead: a log of a thousand revisions is a thousand small objects. */
const RECORDS_AHEAD = 16;

/** All records, from `newest` back to the first. What they name may be collected. @throws LEDGER_CORRUPT, LEDGER_UNTRUSTED, STORE_* */
export async function* walkBack(
  ledger: Ledger,
  newest: FoundRecord,
  options: CallOptions = {},
): AsyncGenerator<FoundRecord, void, undefined> {
  const { signal } = options;
  yield newest;
  let child = newest.signed;
  const work = (rev: number): Promise<FoundRecord> => readPast(ledger, rev, options);
  const revs = numbersBelow(child.record.rev);
  for await (const past of mapInOrder(revs, { limit: RECORDS_AHEAD, signal, work })) {
    checkParent(ledger, child, past.digest);
    yield past;
    child = past.signed;
  }
}

async function readPast(ledger: Ledger, rev: number, options: CallOptions): Promise<FoundRecord> {
  try {
    return await readRecord(ledger, rev, options);
  } catch (cause) {
    if (!hasCode(cause, 'STORE_OBJECT_NOT_FOUND')) throw cause;
    throw new PakhusError('LEDGER_CORRUPT', `${ledger.state.name}/${recordKey(rev)} is missing`, {
      hint: 'Restore the file from a backup or another copy of the store; records are never deleted.',
      details: { key: recordKey(rev) },
      cause,
    });
  }
}

function* numbersBelow(rev: number): Iterable<number> {
  for (let next = rev - 1; next >= 1; next--) yield next;
}
