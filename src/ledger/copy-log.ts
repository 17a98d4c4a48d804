/**
 * The log of one ledger, carried over to another place: record by record, so that it is whole at every moment up to where it
 * got. A record is written when the one after it has named its digest; of the newest one the digest is known.
 */
import { mapInOrder } from '../catalog/map-in-order.ts';
import { sha256Hex } from '../core/digest.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions } from '../storage/storage.ts';
import { checkParent } from './check-trust.ts';
import type { Ledger } from './ledger.ts';
import { newestRev, RECORD_LIMIT_BYTES, type Revision, readRecord } from './log.ts';
import { parseRecord, recordKey } from './record.ts';

/** Records that are read before it is their turn. */
const READ_AHEAD = 16;

/** Two ledgers of one repository. */
export interface LogPair {
  readonly source: Ledger;
  readonly target: Ledger;
}

/**
 * The number of records that `target` has, all of them the source's.
 * @throws COPY_DIVERGED when it has others, or more; LEDGER_*, STORE_*
 */
export async function countCopied({ source, target }: LogPair, call: CallOptions = {}): Promise<number> {
  const there = await newestRev(target, call);
  if (there === 0) return 0;
  const here = await newestRev(source, call);
  const common = Math.min(here, there);
  const same =
    common > 0 &&
    (await readRecord(source, common, call)).digest === (await readRecord(target, common, call)).digest;
  if (!same) throw otherHistory({ source, target }, common);
  if (there > here) throw isAhead({ source, target }, { here, there });
  return there;
}

/** Copies the records after `from` up to `tail`. What they name is there already. @throws COPY_DIVERGED, LEDGER_*, STORE_* */
export async function copyLog(
  { source, target }: LogPair,
  { from, tail }: { readonly from: number; readonly tail: Revision },
  call: CallOptions = {},
): Promise<void> {
  const { rev: newest } = tail.signed.record;
  if (from >= newest) return;
  await target.settle(call);
  let digest = from === 0 ? null : (await readRecord(source, from, call)).digest;
  let held: { readonly rev: number; readonly bytes: Uint8Array } | undefined;
  const read = async (rev: number) => ({
    rev,
    bytes: await readBytes(source.state, recordKey(rev), { ...call, limitBytes: RECORD_LIMIT_BYTES }),
  });
  const wanted = Array.from({ length: newest - from }, (_, index) => from + 1 + index);
  for await (const next of mapInOrder(wanted, { limit: READ_AHEAD, signal: call.signal, work: read })) {
    const name = `${source.state.name}/${recordKey(next.rev)}`;
    checkParent(source, parseRecord(next.bytes, { rev: next.rev, name }), digest);
    if (held !== undefined) await createRecord({ source, target }, held, call);
    held = next;
    digest = sha256Hex(next.bytes);
  }
  if (held === undefined || digest !== tail.digest) throw changedMeanwhile(source, newest);
  await createRecord({ source, target }, held, call);
}

/** Any answer but a clear success is decided by reading back. */
async function createRecord(
  pair: LogPair,
  { rev, bytes }: { readonly rev: number; readonly bytes: Uint8Array },
  call: CallOptions,
): Promise<void> {
  const { state } = pair.target;
  const key = recordKey(rev);
  try {
    const how = { ...call, ifAbsent: true, durable: true, contentType: 'application/json' };
    await state.write(key, bytes, how);
    if (state.capabilities.createIfAbsent) return;
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE')) throw error;
    const found = await readBytes(state, key, { ...call, limitBytes: RECORD_LIMIT_BYTES }).catch(
      (other: unknown) => {
        if (hasCode(other, 'STORE_OBJECT_NOT_FOUND')) throw error;
        throw other;
      },
    );
    if (sha256Hex(found) !== sha256Hex(bytes)) throw otherHistory(pair, rev);
  }
}

function otherHistory({ source, target }: LogPair, rev: number): PakhusError {
  return new PakhusError(
    'COPY_DIVERGED',
    `${target.state.name}: '${target.repository}' has another history there: its revision ${rev} is not the one of ${source.state.name}`,
    {
      hint:
        'Somebody published to the copy, or it is a repository of its own. Nothing of it was changed. ' +
        'Copy to an empty place, or publish to one of the two only.',
      details: { repository: target.repository, rev },
    },
  );
}

function isAhead(
  { source, target }: LogPair,
  { here, there }: { readonly here: number; readonly there: number },
): PakhusError {
  return new PakhusError(
    'COPY_DIVERGED',
    `${target.state.name}: '${target.repository}' is at revision ${there} there, and at ${here} in ${source.state.name}`,
    {
      hint: 'The other store is the newer one: copy from it to this one instead. Nothing of it was changed.',
      details: { repository: target.repository, here, there },
    },
  );
}

function changedMeanwhile(source: Ledger, rev: number): PakhusError {
  return new PakhusError(
    'LEDGER_CORRUPT',
    `${source.state.name}/${recordKey(rev)} is not what it was a moment ago; it was not copied`,
    { hint: 'Records are never rewritten: run `pakhus verify`.', details: { rev } },
  );
}
