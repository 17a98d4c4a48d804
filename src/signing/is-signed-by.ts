import { hasCode } from '../core/pakhus-error.ts';
import { namesSigner } from './names-signer.ts';
import { verifySigned } from './verify-signed.ts';

/** Whether a binary signature over these bytes holds, and is of this key alone. @throws KEY_INVALID when the public key cannot be read */
export async function isSignedBy(
  { signature, bytes }: { readonly signature: Uint8Array; readonly bytes: Uint8Array },
  options: {
    /** For messages. */
    readonly name: string;
    /** Armored. */
    readonly publicKey: string;
    readonly nowMs: number;
  },
): Promise<boolean> {
  const { name, publicKey, nowMs } = options;
  try {
    await verifySigned({ form: 'binary', signature, bytes }, { name, publicKeys: [publicKey], nowMs });
  } catch (error) {
    if (hasCode(error, 'VERIFY_FAILED')) return false;
    throw error;
  }
  return namesSigner(signature, publicKey);
}
