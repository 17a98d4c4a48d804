/**
 * Keys and signatures: OpenPGP and usign for clients, Ed25519 for the ledger. Reads and writes key files and runs signing commands, nothing
 * else: no repository, no store, no configuration file is known here.
 *
 * ```
 * environment ── keysFromEnvironment ──┐
 * <config>/keys ── findByFingerprint ──┴─▶ readSecretKey ─▶ createKeySigner ────┐            ┌─▶ InRelease    (clear)
 *                                                                               ├─▶ Signer… ─┤   signWithAll
 * ["gpg", …] and a public key file ─────────────────────▶ createExternalSigner ─┘     ▲      └─▶ Release.gpg  (detached)
 *                                                                                     │
 *                                      requireSigningKey: refused here, not at the client
 *
 * usign secret ─▶ readUsignSecret ─▶ sign ─▶ Packages.sig
 * a signature of any form, and public keys ─▶ verifySigned
 * ledger secret ─▶ readLedgerKey ─▶ signLedger, verifyLedger
 * ```
 */
import { splitClear } from './clear-text.ts';
import { frameSignatures, type OpenPgpForm } from './made-signature.ts';
import type { OpenPgpKeyInfo } from './openpgp-key-info.ts';

/** When and until when to sign. */
export interface SignOptions {
  /** The date of the signature, milliseconds since 1970; whole seconds count. */
  readonly dateMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Something that signs with one OpenPGP key: a secret key in memory, or a command.
 * Errors of both methods: KEY_WEAK when clients would refuse the signature, SIGN_FAILED when signing did not work.
 */
export interface Signer {
  /** Of the primary key, lower-case hex. */
  readonly fingerprint: string;
  /** The public key, armored: what clients get. */
  readonly publicArmored: string;
  /** For `checkSigningKey`, which has the warnings. */
  readonly key: OpenPgpKeyInfo;
  /** `text` (UTF-8, every line ended by LF) inside a clear-signed message: `InRelease`. */
  signClear(text: Uint8Array, options: SignOptions): Promise<Uint8Array>;
  /** An armored detached signature over any bytes: `Release.gpg`. */
  signDetached(bytes: Uint8Array, options: SignOptions): Promise<Uint8Array>;
}

/**
 * One file with the signatures of all signers, in their order: a client that knows one of the keys takes it. That is how a
 * new key is introduced. Signers are asked one after the other, because a command may want a touch or a PIN.
 */
export async function signWithAll(
  signers: readonly Signer[],
  { mode, bytes, ...options }: SignOptions & { readonly mode: OpenPgpForm; readonly bytes: Uint8Array },
): Promise<Uint8Array> {
  const made: Uint8Array[] = [];
  for (const signer of signers) {
    made.push(
      await (mode === 'clear' ? signer.signClear(bytes, options) : signer.signDetached(bytes, options)),
    );
  }
  const [first, ...more] = made;
  if (first === undefined) throw new Error('signing without a signer');
  if (more.length === 0 && mode !== 'binary') return first;
  const signatures = made.map((file) =>
    mode === 'clear' ? splitClear(file, bug).signature : String(Buffer.from(file)),
  );
  return await frameSignatures(signatures, { mode, bytes });
}

function bug(why: string): Error {
  return new Error(`a signer gave no clear-signed message: ${why}`);
}
