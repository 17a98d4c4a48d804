import { PakhusError } from '../core/pakhus-error.ts';
import { loadOpenPgp, makingConfig } from './openpgp-library.ts';

/** What a new key is to be. */
export interface NewOpenPgpKey {
  /** `Name <mail@example.org>` or just a name: what people see beside the fingerprint. */
  readonly userId: string;
  /** Ed25519 for everybody since Debian 10 and Ubuntu 18.04; RSA 4096 for clients older than that. */
  readonly algorithm: 'ed25519' | 'rsa4096';
  /** The key begins a day before, so that signatures by the clock of another machine are not dated before it. */
  readonly created: Date;
  /** Days from `created` until it ends; left out: never. */
  readonly expiresDays?: number;
  /** Locks the secret half; left out: the file's mode alone protects it. */
  readonly passphrase?: string;
}

/** A key pair as text. */
export interface OpenPgpKeyPair {
  readonly secretArmored: string;
  readonly publicArmored: string;
  /** 40 lower-case hex digits. */
  readonly fingerprint: string;
}

/**
 * Makes a version 4 key without subkeys that certifies and signs, with a SHA-512 self-signature: gpgv 2.2 and sqv read it.
 * Ed25519 is algorithm 22 (RFC 9580 "EdDSALegacy"), because gpgv 2.2 does not know algorithm 27.
 * @throws KEY_INVALID for a user ID or an expiry that cannot be used.
 */
export async function generateOpenPgpKey(wanted: NewOpenPgpKey): Promise<OpenPgpKeyPair> {
  const userId = parseUserId(wanted.userId);
  const keyExpirationTime = expirySeconds(wanted.expiresDays);
  const openpgp = await loadOpenPgp();
  const { privateKey, publicKey } = await openpgp.generateKey({
    ...(wanted.algorithm === 'ed25519'
      ? { type: 'ecc', curve: 'ed25519Legacy' }
      : { type: 'rsa', rsaBits: 4096 }),
    userIDs: userId,
    subkeys: [],
    date: new Date(wanted.created.getTime() - HEAD_START_SECONDS * 1000),
    keyExpirationTime,
    ...(wanted.passphrase === undefined ? {} : { passphrase: wanted.passphrase }),
    format: 'object',
    config: makingConfig(openpgp),
  });
  return {
    secretArmored: privateKey.armor(),
    publicArmored: publicKey.armor(),
    fingerprint: publicKey.getFingerprint(),
  };
}

const DAY_SECONDS = 24 * 60 * 60;
const HEAD_START_SECONDS = DAY_SECONDS;
/** The expiry is a number of seconds in 32 bits (RFC 9580 section 5.2.3.13). */
const MAX_DAYS = Math.floor((0xffff_ffff - HEAD_START_SECONDS) / DAY_SECONDS);
const MAX_USER_ID_CHARS = 200;

function expirySeconds(days: number | undefined): number {
  if (days === undefined) return 0;
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw new PakhusError('KEY_INVALID', `A key cannot expire after ${days} days: expected 1 to ${MAX_DAYS}`);
  }
  return days * DAY_SECONDS + HEAD_START_SECONDS;
}

function parseUserId(text: string): { readonly name: string; readonly email?: string } {
  const refuse = (why: string) =>
    new PakhusError('KEY_INVALID', `User ID ${JSON.stringify(text)} of a new key: ${why}`, {
      hint: 'Write it as: Name <mail@example.org>',
    });
  if (text.length > MAX_USER_ID_CHARS) throw refuse(`longer than ${MAX_USER_ID_CHARS} characters`);
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) throw refuse('it has a character that cannot be shown');
  const open = text.indexOf('<');
  if (open === -1) {
    if (text.trim() === '' || text.includes('>')) throw refuse('it has no name');
    return { name: text.trim() };
  }
  const name = text.slice(0, open).trim();
  const rest = text.slice(open + 1);
  if (name === '') throw refuse('it has no name');
  if (!/^[^\s<>@]+@[^\s<>@]+>$/.test(rest)) throw refuse('what stands in <> is no mail address');
  return { name, email: rest.slice(0, -1) };
}
