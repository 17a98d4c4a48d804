import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { PakhusError } from '../core/pakhus-error.ts';
import { splitArmor } from './armor.ts';

/**
 * Ledger keys: plain Ed25519 (RFC 8032), because only pakhus reads their signatures. No OpenPGP, so nothing to load.
 *
 * Secret, as a file: PEM of PKCS #8 (RFC 8410) after one comment line; `openssl pkey` reads it.
 * ```
 * # pakhus ledger key 21fe31dfa154a261626bf854046fd227, public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
 * -----BEGIN PRIVATE KEY-----
 * MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
 * -----END PRIVATE KEY-----
 * ```
 * Public: the 32 bytes in base64, 44 characters. Id: the first 32 hex digits of their SHA-256.
 */
export interface LedgerSigner {
  readonly keyId: string;
  readonly publicKey: string;
  /** Signs the bytes as they are; 64 bytes in base64, 88 characters. Deterministic. */
  sign(bytes: Uint8Array): string;
}

const PUBLIC_BYTES = 32;
const SIGNATURE_BYTES = 64;
const ID_DIGITS = 32;
const PEM_LABEL = 'PRIVATE KEY';
const MAX_FILE_CHARS = 10_000;

/** Makes a new secret key, in the form of its file. */
export function generateLedgerKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = publicText(privateKey);
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return `# pakhus ledger key ${ledgerKeyId(publicKey)}, public ${publicKey}\n${pem}`;
}

/** Reads the file form; the comment line is not believed. KEY_INVALID names `origin` (a path or variable), never the secret. */
export function readLedgerKey(text: string, { origin }: { readonly origin: string }): LedgerSigner {
  const privateKey = parseSecret(text, origin);
  const publicKey = publicText(privateKey);
  return {
    keyId: ledgerKeyId(publicKey),
    publicKey,
    sign: (bytes) => sign(null, bytes, privateKey).toString('base64'),
  };
}

/** True when `signature` over `bytes` was made by the secret half of `publicKey`. False for anything that is malformed. */
export function verifyLedger(bytes: Uint8Array, signature: string, publicKey: string): boolean {
  const signatureBytes = decodeBase64(signature, SIGNATURE_BYTES);
  const publicBytes = decodeBase64(publicKey, PUBLIC_BYTES);
  if (signatureBytes === undefined || publicBytes === undefined) return false;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicBytes.toString('base64url') };
  return verify(null, bytes, createPublicKey({ key: jwk, format: 'jwk' }), signatureBytes);
}

/** The id of a public key. Throws a plain error when it is none: ask {@link isLedgerPublicKey} first. */
export function ledgerKeyId(publicKey: string): string {
  const bytes = decodeBase64(publicKey, PUBLIC_BYTES);
  if (bytes === undefined) throw new Error('not the public half of a ledger key');
  return hash('sha256', bytes, 'hex').slice(0, ID_DIGITS);
}

/** True for 32 bytes in base64, in the one way in which pakhus writes them. */
export function isLedgerPublicKey(text: string): boolean {
  return decodeBase64(text, PUBLIC_BYTES) !== undefined;
}

function parseSecret(text: string, origin: string): KeyObject {
  const refuse = (why: string, cause?: unknown) =>
    new PakhusError('KEY_INVALID', `Ledger key of ${origin} cannot be read: ${why}`, {
      hint: 'Restore it from a copy. A new key has to be listed by another committer first.',
      details: { origin },
      cause,
    });
  if (text.length > MAX_FILE_CHARS) throw refuse(`it is longer than ${MAX_FILE_CHARS} characters`);
  const [block, ...others] = splitArmor(text);
  if (block === undefined || others.length > 0) {
    throw refuse(`expected one PEM block, found ${others.length + (block === undefined ? 0 : 1)}`);
  }
  if (block.label !== PEM_LABEL) throw refuse(`expected a ${PEM_LABEL}, found a ${block.label}`);
  const key = tryParse(block.text, refuse);
  if (key.asymmetricKeyType !== 'ed25519') throw refuse(`expected Ed25519, found ${key.asymmetricKeyType}`);
  return key;
}

function tryParse(pem: string, refuse: (why: string, cause: unknown) => PakhusError): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw refuse('it is no PKCS #8 key', cause);
  }
}

function publicText(privateKey: KeyObject): string {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 key without a public half');
  return Buffer.from(x, 'base64url').toString('base64');
}

/** One text per value: another spelling of the same bytes would let a record change under a valid signature. */
function decodeBase64(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}
