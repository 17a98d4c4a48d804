/** Who may commit: the ledger keys that the newest revision lists. */
import { PakhusError } from '../core/pakhus-error.ts';
import type { Ledger } from './ledger.ts';
import type { Revision } from './log.ts';
import type { Committer } from './manifest.ts';
import type { LineSigner } from './signed-lines.ts';

/** The key that this process commits with; `tail` has to list it. @throws KEY_NOT_FOUND */
export function requireCommitter(ledger: Ledger, tail: Revision | undefined): LineSigner {
  const signer = requireSigner(ledger);
  checkCommitter(ledger, signer, tail);
  return signer;
}

/** The key that this process commits with. @throws KEY_NOT_FOUND */
export function requireSigner(ledger: Ledger): LineSigner {
  if (ledger.signer !== undefined) return ledger.signer;
  throw new PakhusError(
    'KEY_NOT_FOUND',
    `changing '${ledger.repository}' (${ledger.tree.name}) needs a ledger key that may commit, and there is none here`,
    {
      hint:
        'Run this where the repository was made, or set PAKHUS_LEDGER_KEY_FILE to a ledger key that it lists. ' +
        'A proposer of pakhus.yaml leaves it to a committer: --propose-only.',
    },
  );
}

/** This process as revision 1 lists it. */
export function asCommitter(ledger: Ledger, signer: LineSigner): Committer {
  return { keyId: signer.keyId, publicKey: signer.publicKey, name: ledger.author };
}

/** @throws KEY_NOT_FOUND when `tail` does not list the key of `signer` */
export function checkCommitter(ledger: Ledger, signer: LineSigner, tail: Revision | undefined): void {
  if (tail === undefined) return;
  const { committers } = tail.manifest;
  if (committers.some((one) => one.keyId === signer.keyId)) return;
  throw new PakhusError(
    'KEY_NOT_FOUND',
    `${ledger.state.name}: the ledger key ${signer.keyId} of this machine may not commit to '${ledger.repository}'`,
    {
      hint: `Ask ${committers.map((one) => one.name).join(' or ')} to add it under 'ledger:' in pakhus.yaml and run \`pakhus apply\`; or leave the change to them, as a proposer: --propose-only.`,
      details: { committers: committers.map((one) => one.keyId) },
    },
  );
}
