import type { Key, PrivateKey } from 'openpgp';
import { PakhusError } from '../core/pakhus-error.ts';
import { splitArmor } from './armor.ts';
import { describeKey, isStandIn, type OpenPgpKeyInfo } from './openpgp-key-info.ts';
import { loadOpenPgp, type OpenPgp, unlimitedConfig } from './openpgp-library.ts';
import { firstPacketVersion } from './openpgp-packet.ts';

/** A public key, read and checked. */
export interface OpenPgpPublicKey {
  readonly info: OpenPgpKeyInfo;
  /** The public key alone, in one armored block without comments: what clients get. */
  readonly publicArmored: string;
  readonly key: Key;
}

/** A secret key, unlocked and ready to sign. Never logged, never serialised. */
export interface OpenPgpSecretKey extends OpenPgpPublicKey {
  readonly key: PrivateKey;
}

/** What the text of a secret key says without its passphrase. */
export interface SecretKeySummary {
  readonly info: OpenPgpKeyInfo;
  readonly publicArmored: string;
  /** The secret half asks for a passphrase. */
  readonly encrypted: boolean;
}

/** Where a key came from, for messages: a path, or the name of an environment variable. */
export interface KeyOrigin {
  readonly origin: string;
}

/**
 * The one secret key of an armored text, unlocked.
 * @throws KEY_INVALID when it cannot be read, is not alone, or is only a stand-in; KEY_PASSPHRASE when the passphrase is
 *   missing or wrong; KEY_WEAK for version 3. Messages name `origin` and never the secret.
 */
export async function readSecretKey(
  armored: string,
  options: KeyOrigin & { readonly passphrase?: string | undefined },
): Promise<OpenPgpSecretKey> {
  return onlyOne(await readSecretKeys(armored, options), options);
}

/** Like {@link readSecretKey}, for a text that may hold several: two keys sign while one takes over from the other. */
export async function readSecretKeys(
  armored: string,
  { origin, passphrase }: KeyOrigin & { readonly passphrase?: string | undefined },
): Promise<readonly OpenPgpSecretKey[]> {
  const openpgp = await loadOpenPgp();
  const keys: OpenPgpSecretKey[] = [];
  for (const locked of await parseSecretKeys(openpgp, { armored, origin })) {
    const key = await unlock(openpgp, { key: locked, origin, passphrase });
    keys.push({ info: await describeKey(openpgp, key), publicArmored: key.toPublic().armor(), key });
  }
  return keys;
}

/** What the one secret key of an armored text is, without unlocking it. Fails as {@link readSecretKey} does. */
export async function inspectSecretKey(armored: string, { origin }: KeyOrigin): Promise<SecretKeySummary> {
  const openpgp = await loadOpenPgp();
  const key = onlyOne(await parseSecretKeys(openpgp, { armored, origin }), { origin });
  return {
    info: await describeKey(openpgp, key),
    publicArmored: key.toPublic().armor(),
    encrypted: isLocked(key),
  };
}

/** The one public key of an armored text. Throws KEY_INVALID (for a secret key, too) and KEY_WEAK for version 3. */
export async function readPublicKey(armored: string, { origin }: KeyOrigin): Promise<OpenPgpPublicKey> {
  const openpgp = await loadOpenPgp();
  const key = onlyOne(await parsePublicKeys(openpgp, { armored, origin }), { origin });
  return { info: await describeKey(openpgp, key), publicArmored: key.armor(), key };
}

/** Fingerprints of all public keys of an armored text, lower-case hex. Fails as {@link readPublicKey} does. */
export async function readPublicKeys(armored: string, { origin }: KeyOrigin): Promise<readonly string[]> {
  return (await parsePublicKeys(await loadOpenPgp(), { armored, origin })).map((key) => key.getFingerprint());
}

/** The packets of an armored public key: a binary keyring. */
export async function binaryPublicKey(armored: string): Promise<Uint8Array> {
  const keys = await parsePublicKeys(await loadOpenPgp(), { armored, origin: 'public key' });
  return Buffer.concat(keys.map((key) => key.write()));
}

/** Several armored public keys as one armored block, each key once: `key.asc` of a repository with two signers. */
export async function joinPublicKeys(armored: readonly string[]): Promise<string> {
  const openpgp = await loadOpenPgp();
  const keys = await parsePublicKeys(openpgp, { armored: armored.join('\n'), origin: 'public keys' });
  const byFingerprint = new Map(keys.map((key) => [key.getFingerprint(), key]));
  const packets = Buffer.concat([...byFingerprint.values()].map((key) => key.write()));
  return openpgp.armor(openpgp.enums.armor.publicKey, packets, undefined, undefined, undefined, true);
}

/** All public keys of an armored text, one at least; fails as {@link readPublicKey} does. */
export async function parsePublicKeys(
  openpgp: OpenPgp,
  { armored, origin }: ArmoredKeys,
): Promise<readonly Key[]> {
  const binaryKeys = await dearmor(openpgp, { armored, origin, kind: 'public' });
  const config = unlimitedConfig(openpgp);
  return await openpgp.readKeys({ binaryKeys, config }).catch((cause: unknown) => {
    throw unreadable(origin, { cause, binaryKeys });
  });
}

interface ArmoredKeys extends KeyOrigin {
  readonly armored: string;
}

/** A signer's key has a few kilobytes, a distribution's keyring some 60. */
const MAX_KEY_CHARS = 1024 * 1024;
const LABELS = { secret: 'PGP PRIVATE KEY BLOCK', public: 'PGP PUBLIC KEY BLOCK' } as const;
const EXPORT_HINTS = {
  secret: 'Export it with: gpg --armor --export-secret-keys FINGERPRINT',
  public: 'Export it with: gpg --armor --export FINGERPRINT',
} as const;

async function parseSecretKeys(
  openpgp: OpenPgp,
  { armored, origin }: ArmoredKeys,
): Promise<readonly PrivateKey[]> {
  const binaryKeys = await dearmor(openpgp, { armored, origin, kind: 'secret' });
  const config = unlimitedConfig(openpgp);
  return await openpgp.readPrivateKeys({ binaryKeys, config }).catch((cause: unknown) => {
    throw unreadable(origin, { cause, binaryKeys });
  });
}

/** The packets of all key blocks, one after the other: what a keyring is. */
async function dearmor(
  openpgp: OpenPgp,
  { armored, origin, kind }: ArmoredKeys & { readonly kind: 'secret' | 'public' },
): Promise<Uint8Array> {
  if (armored.length > MAX_KEY_CHARS) {
    throw invalid(origin, { why: `it is longer than ${MAX_KEY_CHARS} characters` });
  }
  const blocks = splitArmor(armored);
  const wanted = blocks.filter(({ label }) => label === LABELS[kind]);
  if (wanted.length === 0) {
    const found = blocks.length === 0 ? 'no armored block' : `a ${blocks[0]?.label}`;
    throw invalid(origin, { why: `expected a ${LABELS[kind]}, found ${found}`, hint: EXPORT_HINTS[kind] });
  }
  const parts: Uint8Array[] = [];
  for (const { text } of wanted) {
    const { data } = await openpgp.unarmor(text).catch((cause: unknown) => {
      throw unreadable(origin, { cause });
    });
    if (!(data instanceof Uint8Array)) throw new Error('openpgp.unarmor gave a stream for a string');
    parts.push(data);
  }
  return Buffer.concat(parts);
}

async function unlock(
  openpgp: OpenPgp,
  {
    key,
    origin,
    passphrase,
  }: KeyOrigin & { readonly key: PrivateKey; readonly passphrase: string | undefined },
): Promise<PrivateKey> {
  if (key.getKeys().every(isStandIn)) {
    throw invalid(origin, {
      why: 'it holds only a stand-in for the secret, which is on a card or kept elsewhere',
      hint: 'Let gpg sign: configure an external signing command and this public key.',
    });
  }
  if (!isLocked(key)) return key;
  const id = `Secret key ${key.getFingerprint()} of ${origin}`;
  if (passphrase === undefined || passphrase === '') {
    throw new PakhusError('KEY_PASSPHRASE', `${id} asks for a passphrase, and there is none`, {
      hint: 'Set PAKHUS_SIGNING_PASSPHRASE, PAKHUS_SIGNING_PASSPHRASE_FILE or PAKHUS_SIGNING_PASSPHRASE_COMMAND.',
      details: { origin, fingerprint: key.getFingerprint() },
    });
  }
  return await openpgp
    .decryptKey({ privateKey: key, passphrase, config: unlimitedConfig(openpgp) })
    .catch((cause: unknown) => {
      if (!String(cause).includes('Incorrect key passphrase')) throw unreadable(origin, { cause });
      throw new PakhusError('KEY_PASSPHRASE', `${id} is not opened by the passphrase that was given`, {
        hint: 'Check what PAKHUS_SIGNING_PASSPHRASE, …_FILE or …_COMMAND give.',
        details: { origin, fingerprint: key.getFingerprint() },
        cause,
      });
    });
}

function isLocked(key: PrivateKey): boolean {
  return key.getKeys().some((part) => !isStandIn(part) && !part.keyPacket.isDecrypted());
}

function onlyOne<T>(keys: readonly T[], { origin }: KeyOrigin): T {
  const [key] = keys;
  if (key === undefined || keys.length > 1) {
    throw invalid(origin, {
      why: `it holds ${keys.length} keys, expected one`,
      hint: 'Export one key by its fingerprint.',
    });
  }
  return key;
}

function unreadable(
  origin: string,
  { cause, binaryKeys }: { readonly cause: unknown; readonly binaryKeys?: Uint8Array },
): PakhusError {
  const version = binaryKeys === undefined ? undefined : firstPacketVersion(binaryKeys);
  if (version === 2 || version === 3) {
    return new PakhusError(
      'KEY_WEAK',
      `${origin} holds a version ${version} key (PGP 2): no client reads it`,
      {
        hint: 'Make a new key: pakhus key new',
        details: { origin },
        cause,
      },
    );
  }
  return invalid(origin, { why: cause instanceof Error ? cause.message : String(cause), cause });
}

function invalid(
  origin: string,
  { why, hint, cause }: { readonly why: string; readonly hint?: string; readonly cause?: unknown },
): PakhusError {
  return new PakhusError('KEY_INVALID', `Key of ${origin} cannot be read: ${why}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { origin },
    cause,
  });
}
