/** Whether to believe a record. */
import { PakhusError } from '../core/pakhus-error.ts';
import { plainName } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import { recordKey, type SignedRecord } from './record.ts';

/** Reads an earlier record. */
type ReadRecord = (rev: number) => Promise<{ readonly signed: SignedRecord; readonly digest: string }>;

/**
 * A record is believed when an anchor signed it, or when a believed parent lists its signer. Without anchors the newest record
 * is trusted as it is, provided that its signer is one of its own committers.
 */
export async function checkTrust(
  ledger: Ledger,
  { newest, readRecord }: { readonly newest: SignedRecord; readonly readRecord: ReadRecord },
): Promise<void> {
  const { anchors } = ledger.trust;
  let child = newest;
  checkSignature(ledger, child, child);
  while (anchors.size > 0 && !anchors.has(child.keyId)) {
    const { rev } = child.record;
    if (rev === 1) throw unknownOrigin(ledger, newest, child);
    const { signed, digest } = await readRecord(rev - 1);
    checkParent(ledger, child, digest);
    checkSignature(ledger, child, signed);
    checkSignature(ledger, signed, signed);
    child = signed;
  }
}

/** @throws LEDGER_UNTRUSTED unless one of the committers that `lister` lists signed it */
export function checkSignature(ledger: Ledger, signed: SignedRecord, lister: SignedRecord): void {
  const committer = lister.record.committers.find((one) => one.keyId === signed.keyId);
  if (committer === undefined) throw untrusted(ledger, signed, `its signer ${signed.keyId} is no committer`);
  if (!ledger.verifySignature(signed.signedBytes, signed.signature, committer.publicKey)) {
    throw untrusted(ledger, signed, 'its signature is wrong');
  }
}

/** @throws LEDGER_UNTRUSTED unless `digest` is that of the record before `signed` */
export function checkParent(ledger: Ledger, signed: SignedRecord, digest: string | null): void {
  if (signed.record.parent === digest) return;
  throw untrusted(ledger, signed, `its parent has digest ${digest}, the record says ${signed.record.parent}`);
}

/** Nothing of these records is believed, not even that they hold no line ends. */
function unknownOrigin(ledger: Ledger, newest: SignedRecord, first: SignedRecord): PakhusError {
  const { keyId, record } = first;
  return new PakhusError(
    'LEDGER_UNTRUSTED',
    `${ledger.state.name}/${recordKey(newest.record.rev)} is not to be trusted: no record up to it is signed by a ledger key that you trust`,
    {
      hint:
        `It was made by ${plainName(record.author)} with the ledger key ${plainName(keyId)}. If you know that this is right, add that key under 'ledger:' in ` +
        'pakhus.yaml. If not, somebody replaced the repository.',
      details: { rev: newest.record.rev, key: keyId, author: record.author },
    },
  );
}

function untrusted(ledger: Ledger, signed: SignedRecord, why: string): PakhusError {
  const key = recordKey(signed.record.rev);
  return new PakhusError('LEDGER_UNTRUSTED', `${ledger.state.name}/${key} is not to be trusted: ${why}`, {
    hint: 'Somebody changed the store without a ledger key. Compare with a backup before you do anything else.',
    details: { rev: signed.record.rev, key: signed.keyId },
  });
}
