/**
 * Keys and signatures of usign and signify: Ed25519 (RFC 8032) over the bytes of a file, in two lines of text.
 *
 * ```
 * untrusted comment: signed by key 74ead89cf2196e22
 * RWR06tic8hluIh…                                       base64
 *
 * public key   42 bytes   "Ed" │ key id 8 │ public key 32
 * signature    74 bytes   "Ed" │ key id 8 │ signature 64
 * secret key  104 bytes   "Ed" │ "BK" │ rounds 4 = 0 │ salt 16 │ checksum 8 │ key id 8 │ seed 32 │ public key 32
 * ```
 * The checksum is the first bytes of the SHA-512 of seed and public key. The id is chosen by chance; people and file names have it
 * as 16 hex digits. The same key and bytes give the same signature. Secret keys under a passphrase (rounds other than 0) are signify's
 * alone: usign has none, and neither have we.
 */
import {
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { PakhusError } from '../core/pakhus-error.ts';

/** What everything of usign begins with. */
const COMMENT = 'untrusted comment: ';
const ALGORITHM = 'Ed';
const DERIVATION = 'BK';
const ID_BYTES = 8;
const SEED_BYTES = 32;
const PUBLIC_BYTES = 32;
const PUBLIC_FILE_BYTES = 2 + ID_BYTES + PUBLIC_BYTES;
const SIGNATURE_FILE_BYTES = 2 + ID_BYTES + 64;
const ROUNDS_OFFSET = 4;
const SALT_OFFSET = 8;
const CHECKSUM_OFFSET = 24;
const SECRET_ID_OFFSET = 32;
const SEED_OFFSET = 40;
const SECRET_FILE_BYTES = SEED_OFFSET + SEED_BYTES + PUBLIC_BYTES;
/** PKCS #8 of an Ed25519 key, up to its seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const MAX_TEXT_CHARS = 4096;

/** Signs with one key. */
export interface UsignSigner {
  /** The key id: 16 lower-case hex digits. */
  readonly fingerprint: string;
  /** The public key as a file. */
  readonly publicKey: string;
  /** A signature file over `bytes`. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** A public key. */
export interface UsignPublicKey {
  readonly fingerprint: string;
  readonly key: KeyObject;
}

/** True for a text that has the form of these keys, whatever is in it. */
export function isUsignText(text: string): boolean {
  return text.startsWith(COMMENT);
}

/** Makes a secret key, as a file. */
export function generateUsignKey(random: (length: number) => Uint8Array = randomBytes): string {
  const seed = Buffer.from(random(SEED_BYTES));
  const raw = rawPublicKey(createPublicKey(privateKeyOf(seed)));
  const id = Buffer.from(random(ID_BYTES));
  const bytes = Buffer.alloc(SECRET_FILE_BYTES);
  bytes.write(ALGORITHM + DERIVATION, 0, 'latin1');
  Buffer.from(random(CHECKSUM_OFFSET - SALT_OFFSET)).copy(bytes, SALT_OFFSET);
  checksumOf(seed, raw).copy(bytes, CHECKSUM_OFFSET);
  id.copy(bytes, SECRET_ID_OFFSET);
  seed.copy(bytes, SEED_OFFSET);
  raw.copy(bytes, SEED_OFFSET + SEED_BYTES);
  return file(`private key ${id.toString('hex')}`, bytes);
}

/** Reads a secret key. KEY_INVALID names `origin` (a path or variable), never the secret. */
export function readUsignSecret(text: string, { origin }: { readonly origin: string }): UsignSigner {
  const bytes = decode(text, SECRET_FILE_BYTES);
  if (bytes?.toString('latin1', 0, ROUNDS_OFFSET) !== ALGORITHM + DERIVATION)
    throw unreadable(origin, 'it is no secret key of usign or signify');
  if (bytes.readUInt32BE(ROUNDS_OFFSET) !== 0)
    throw unreadable(
      origin,
      'it has a passphrase',
      'Make a key without one: `signify -G -n`, or `pakhus key new`.',
    );
  const seed = bytes.subarray(SEED_OFFSET, SEED_OFFSET + SEED_BYTES);
  const raw = bytes.subarray(SEED_OFFSET + SEED_BYTES);
  const checksum = bytes.subarray(CHECKSUM_OFFSET, SECRET_ID_OFFSET);
  const secret = privateKeyOf(seed);
  if (!checksumOf(seed, raw).equals(checksum) || !rawPublicKey(createPublicKey(secret)).equals(raw))
    throw unreadable(origin, 'its parts do not fit together');
  const id = bytes.subarray(SECRET_ID_OFFSET, SEED_OFFSET);
  const fingerprint = id.toString('hex');
  const head = Buffer.concat([Buffer.from(ALGORITHM), id]);
  return {
    fingerprint,
    publicKey: file(`public key ${fingerprint}`, Buffer.concat([head, raw])),
    sign: (message) =>
      Buffer.from(
        file(`signed by key ${fingerprint}`, Buffer.concat([head, sign(null, message, secret)])),
        'latin1',
      ),
  };
}

/** Reads a public key. @throws KEY_INVALID, which names `origin` */
export function readUsignPublic(text: string, { origin }: { readonly origin: string }): UsignPublicKey {
  const bytes = decode(text, PUBLIC_FILE_BYTES);
  if (bytes?.toString('latin1', 0, 2) !== ALGORITHM)
    throw unreadable(origin, 'it is no public key of usign or signify');
  const x = bytes.subarray(2 + ID_BYTES).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return { fingerprint: bytes.toString('hex', 2, 2 + ID_BYTES), key };
}

/** Checks a signature file. @throws VERIFY_FAILED with the reason, KEY_INVALID when a public key cannot be read */
export function verifyUsign(
  bytes: Uint8Array,
  options: {
    /** What is verified, for messages. */
    readonly name: string;
    readonly signature: string;
    readonly publicKeys: readonly string[];
  },
): void {
  const { name, signature, publicKeys } = options;
  const file = decode(signature, SIGNATURE_FILE_BYTES);
  if (file?.toString('latin1', 0, 2) !== ALGORITHM)
    throw failed(name, 'it is no signature of usign or signify');
  const id = file.toString('hex', 2, 2 + ID_BYTES);
  const keys = publicKeys.map((text) => readUsignPublic(text, { origin: `the keys for ${name}` }));
  const signed = keys.filter(({ fingerprint }) => fingerprint === id);
  if (signed.length === 0) throw failed(name, `it is of key ${id}, which is not believed`);
  if (!signed.some(({ key }) => verify(null, bytes, key, file.subarray(2 + ID_BYTES))))
    throw failed(name, `it is of key ${id}, over other bytes`);
}

function file(comment: string, bytes: Uint8Array): string {
  return `${COMMENT}${comment}\n${Buffer.from(bytes).toString('base64')}\n`;
}

/** Undefined when `text` is not a comment and so many bytes in base64. */
function decode(text: string, length: number): Buffer | undefined {
  if (text.length > MAX_TEXT_CHARS || !isUsignText(text)) return undefined;
  const [, line = '', ...rest] = text.split('\n');
  const base64 = line.trim();
  if (rest.some((one) => one.trim() !== '')) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === length && bytes.toString('base64') === base64 ? bytes : undefined;
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function checksumOf(seed: Uint8Array, raw: Uint8Array): Buffer {
  return hash('sha512', Buffer.concat([seed, raw]), 'buffer').subarray(0, SECRET_ID_OFFSET - CHECKSUM_OFFSET);
}

function unreadable(origin: string, why: string, hint?: string): PakhusError {
  return new PakhusError('KEY_INVALID', `Usign key of ${origin} cannot be read: ${why}`, {
    hint: hint ?? 'Restore it from a copy, or make a new one with `pakhus key new NAME --kind usign`.',
    details: { origin },
  });
}

function failed(name: string, why: string): PakhusError {
  return new PakhusError('VERIFY_FAILED', `The signature of ${name} does not hold: ${why}`, {
    details: { name },
  });
}
