import type { Key } from 'openpgp';
import { PakhusError } from '../core/pakhus-error.ts';
import { splitClear } from './clear-text.ts';
import { parsePublicKeys } from './openpgp-key.ts';
import { loadOpenPgp } from './openpgp-library.ts';
import { type SignatureCheck, type VerifySignaturesInput, verifySignatures } from './openpgp-verify.ts';

/** Who is believed, and when. */
export interface VerifyOptions {
  /** What is verified, for messages: a path, key or URL. */
  readonly name: string;
  /** Armored public keys; each text may hold several. */
  readonly publicKeys: readonly string[];
  /** The time of the check, milliseconds since 1970. */
  readonly nowMs: number;
}

/** A good signature of a key that is believed. */
export interface VerifiedSigner {
  /** Of the primary key, lower-case hex. */
  readonly fingerprint: string;
  /** Of the key or subkey that signed. */
  readonly signingFingerprint: string;
  readonly signedMs: number;
}

/** Who signed, and which signatures did not count and why (other keys, expired keys). */
export interface Verified {
  readonly signers: readonly [VerifiedSigner, ...VerifiedSigner[]];
  readonly ignored: readonly SignatureCheck[];
}

/** Longer files are not read: an `InRelease` of Debian has 0.2 MB. */
const MAX_CLEAR_BYTES = 32 * 1024 * 1024;
const MAX_SIGNATURE_CHARS = 64 * 1024;

/**
 * Checks an armored detached signature, as apt does: one good signature of a key that is believed is enough, others may be of keys that
 * are not known; one that names a believed key and does not fit the bytes spoils it. Expired and revoked keys do not count.
 * @throws VERIFY_FAILED with the reason for every signature, and in its details `keyIds` when nobody who signed is known; KEY_INVALID when a public key cannot be read.
 */
export async function verifyDetached(
  bytes: Uint8Array,
  { signature, ...options }: VerifyOptions & { readonly signature: string },
): Promise<Verified> {
  return await verify({ signed: bytes, signature, ...options });
}

/**
 * Checks a clear-signed message by the same rules. `text` is what is signed and nothing else, lines ended by LF; a message
 * with anything outside of the signed block is refused.
 */
export async function verifyClear(
  message: Uint8Array,
  options: VerifyOptions,
): Promise<Verified & { readonly text: Uint8Array }> {
  if (message.length > MAX_CLEAR_BYTES) {
    throw failed(options.name, { why: `it is longer than ${MAX_CLEAR_BYTES} bytes` });
  }
  const { text, signed, signature } = splitClear(message, (why) => failed(options.name, { why }));
  return { text, ...(await verify({ signed, signature, ...options })) };
}

async function verify({
  name,
  publicKeys,
  signature,
  ...input
}: VerifyOptions & VerifySignaturesInput): Promise<Verified> {
  if (signature.length > MAX_SIGNATURE_CHARS) throw failed(name, { why: 'its signature is too long' });
  const openpgp = await loadOpenPgp();
  const keys: Key[] = [];
  for (const armored of publicKeys) {
    keys.push(...(await parsePublicKeys(openpgp, { armored, origin: `the keys for ${name}` })));
  }
  const checks = await verifySignatures(keys, { signature, ...input }).catch((cause: unknown) => {
    throw failed(name, { why: cause instanceof Error ? cause.message : String(cause), cause });
  });
  const [first, ...more] = checks.flatMap(goodSigner);
  if (first === undefined || checks.some(({ verdict }) => verdict === 'bad')) {
    throw failed(name, {
      why: checks.map(describe).join('; '),
      ...(checks.every(({ verdict }) => verdict === 'unknown') && {
        keyIds: checks.map(({ keyId }) => keyId),
      }),
    });
  }
  return { signers: [first, ...more], ignored: checks.filter(({ verdict }) => verdict !== 'good') };
}

function goodSigner(check: SignatureCheck): VerifiedSigner[] {
  const { verdict, fingerprint, signingFingerprint, signedMs } = check;
  if (verdict !== 'good' || fingerprint === undefined || signingFingerprint === undefined) return [];
  return [{ fingerprint, signingFingerprint, signedMs }];
}

function describe({ verdict, reason, keyId, fingerprint }: SignatureCheck): string {
  return `signature of ${fingerprint ?? keyId} is ${verdict}${reason === '' ? '' : ` (${reason})`}`;
}

function failed(
  name: string,
  {
    why,
    cause,
    keyIds,
  }: { readonly why: string; readonly cause?: unknown; readonly keyIds?: readonly string[] },
): PakhusError {
  return new PakhusError('VERIFY_FAILED', `The signature of ${name} does not hold: ${why}`, {
    details: { name, ...(keyIds && { keyIds }) },
    cause,
  });
}
