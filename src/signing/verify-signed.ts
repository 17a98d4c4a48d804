/** Checking a signature of any form that a format asks for. */
import { PakhusError } from '../core/pakhus-error.ts';
import type { OpenPgpForm } from './made-signature.ts';
import { loadOpenPgp } from './openpgp-library.ts';
import { isUsignText, verifyUsign } from './usign.ts';
import { type VerifyOptions, verifyClear, verifyDetached } from './verify.ts';

/** What is to be checked. */
export interface SignedFile {
  readonly form: OpenPgpForm | 'usign';
  readonly signature: Uint8Array;
  /** What it should sign. Of a clear-signed text that is not known: undefined. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * Checks that a key signed these bytes; keys of another kind among `publicKeys` are passed over.
 * @throws VERIFY_FAILED with the reason; KEY_INVALID when a public key cannot be read
 */
export async function verifySigned(
  { form, signature, bytes }: SignedFile,
  options: VerifyOptions,
): Promise<void> {
  const publicKeys = options.publicKeys.filter((key) => isUsignText(key) === (form === 'usign'));
  const own = { ...options, publicKeys };
  if (form === 'clear') {
    const { text } = await verifyClear(signature, own);
    if (bytes !== undefined && Buffer.compare(text, bytes) !== 0)
      throw failed(options.name, 'it signs another text than the newest revision has');
    return;
  }
  if (bytes === undefined) throw new Error(`${options.name}: what it signs is not known`);
  const text = form === 'binary' ? await armor(signature) : Buffer.from(signature).toString('utf8');
  if (form === 'usign') verifyUsign(bytes, { ...own, signature: text });
  else await verifyDetached(bytes, { ...own, signature: text });
}

async function armor(signature: Uint8Array): Promise<string> {
  const openpgp = await loadOpenPgp();
  return openpgp.armor(openpgp.enums.armor.signature, signature);
}

function failed(name: string, why: string): PakhusError {
  return new PakhusError('VERIFY_FAILED', `The signature of ${name} does not hold: ${why}`, {
    details: { name },
  });
}
