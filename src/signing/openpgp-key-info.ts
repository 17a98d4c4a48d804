import type { AlgorithmInfo, Key, SignaturePacket, Subkey } from 'openpgp';
import { type OpenPgp, unlimitedConfig } from './openpgp-library.ts';

/** What pakhus wants to know of an OpenPGP key. Fingerprints are lower-case hex everywhere: 40 digits, 64 for version 6. */
export interface OpenPgpKeyInfo {
  /** Of the primary key: what apt's `Signed-By:` names. */
  readonly fingerprint: string;
  /** 4 in all that clients read today. */
  readonly version: number;
  /** As gpg names it: `ed25519`, `rsa4096`, `nistp256`, `dsa2048`, `brainpoolp256r1`, … */
  readonly algorithm: string;
  readonly created: Date;
  /** Undefined: never. */
  readonly expires: Date | undefined;
  /** Revoked by its own owner, for whatever reason and at whatever time. */
  readonly revoked: boolean;
  readonly userIds: readonly string[];
  /** The primary key and subkeys that may sign data, newest first; of one second, the primary key last, as gpg prefers subkeys. */
  readonly signingKeys: readonly SigningKeyInfo[];
}

/** A key or subkey that may sign data. */
export interface SigningKeyInfo {
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly created: Date;
  /** The earlier of its own end and that of the primary key. */
  readonly expires: Date | undefined;
  readonly revoked: boolean;
  /** False when the key file holds only a stand-in for the secret (kept offline, or on a card). True for public keys. */
  readonly available: boolean;
  /** Digests of the valid self-signatures that make it a signing key; one good one is enough. `sha512`, `sha1`, … */
  readonly boundBy: readonly string[];
}

/** Reads what there is to know; verifies all self-signatures, and counts only those that hold. Weak ones count: the policy judges. */
export async function describeKey(openpgp: OpenPgp, key: Key): Promise<OpenPgpKeyInfo> {
  const config = unlimitedConfig(openpgp);
  const expires = toDate(await key.getExpirationTime(undefined, config));
  const candidates: (SigningKeyInfo | undefined)[] = [];
  for (const subkey of key.subkeys) candidates.push(await describeSubkey(openpgp, { key, subkey, expires }));
  candidates.push(await describePrimary(openpgp, { key, expires }));
  return {
    fingerprint: key.getFingerprint(),
    version: key.keyPacket.version,
    algorithm: algorithmName(key.getAlgorithmInfo()),
    created: key.getCreationTime(),
    expires,
    revoked: await key.isRevoked(undefined, undefined, END_OF_TIME, config),
    userIds: key.getUserIDs(),
    signingKeys: candidates
      .filter((candidate) => candidate !== undefined)
      .toSorted((a, b) => b.created.getTime() - a.created.getTime()),
  };
}

/** A name for a hash algorithm of RFC 9580 section 9.5, as gpg writes it in lower case. */
export function hashName(id: number | null): string {
  return HASH_NAMES.get(id ?? -1) ?? `hash-${id}`;
}

const HASH_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'md5'],
  [2, 'sha1'],
  [3, 'ripemd160'],
  [8, 'sha256'],
  [9, 'sha384'],
  [10, 'sha512'],
  [11, 'sha224'],
  [12, 'sha3-256'],
  [14, 'sha3-512'],
]);

/** The last second that a version 4 packet can name; "at whatever time" for questions that want a date. */
const END_OF_TIME = new Date(0xffff_ffff * 1000);
const MAY_SIGN_DATA = 0x02;

async function describePrimary(
  openpgp: OpenPgp,
  { key, expires }: { readonly key: Key; readonly expires: Date | undefined },
): Promise<SigningKeyInfo | undefined> {
  const type = openpgp.enums.signature.certGeneric;
  const valid: SignaturePacket[] = [];
  for (const user of key.users) {
    const data = { userID: user.userID, key: key.keyPacket };
    for (const packet of user.selfCertifications) {
      if (await holds(openpgp, { packet, type, data, by: key })) valid.push(packet);
    }
  }
  const newest = valid.toSorted((a, b) => timeOf(b) - timeOf(a))[0];
  if (newest === undefined || !maySign(newest)) return undefined;
  return {
    ...describePacket(key),
    expires,
    revoked: await key.isRevoked(undefined, undefined, END_OF_TIME, unlimitedConfig(openpgp)),
    boundBy: valid.map((packet) => hashName(packet.hashAlgorithm)),
  };
}

async function describeSubkey(
  openpgp: OpenPgp,
  {
    key,
    subkey,
    expires,
  }: { readonly key: Key; readonly subkey: Subkey; readonly expires: Date | undefined },
): Promise<SigningKeyInfo | undefined> {
  const { subkeyBinding, keyBinding } = openpgp.enums.signature;
  const config = unlimitedConfig(openpgp);
  const data = { key: key.keyPacket, bind: subkey.keyPacket };
  const valid: { readonly packet: SignaturePacket; readonly digests: readonly string[] }[] = [];
  for (const packet of subkey.bindingSignatures) {
    const back = packet.embeddedSignature;
    if (back === null || !maySign(packet)) continue;
    if (!(await holds(openpgp, { packet, type: subkeyBinding, data, by: key }))) continue;
    if (!(await holds(openpgp, { packet: back, type: keyBinding, data, by: subkey }))) continue;
    valid.push({ packet, digests: [hashName(packet.hashAlgorithm), hashName(back.hashAlgorithm)] });
  }
  const newest = valid.toSorted((a, b) => timeOf(b.packet) - timeOf(a.packet))[0];
  if (newest === undefined) return undefined;
  const own = toDate(await subkey.getExpirationTime(newest.packet.created ?? undefined, config));
  return {
    ...describePacket(subkey),
    expires: earlier(own, expires),
    revoked: await subkey.isRevoked(newest.packet, key.keyPacket, END_OF_TIME, config),
    // A binding is as good as the worse of its two signatures.
    boundBy: valid.map(
      ({ digests }) => digests.find((digest) => !SOUND_DIGESTS.has(digest)) ?? digests[0] ?? '',
    ),
  };
}

/** Digests that every client takes, in signatures over data and in self-signatures. */
export const SOUND_DIGESTS: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);

function describePacket(
  key: Key | Subkey,
): Pick<SigningKeyInfo, 'fingerprint' | 'algorithm' | 'created' | 'available'> {
  return {
    fingerprint: key.getFingerprint(),
    algorithm: algorithmName(key.getAlgorithmInfo()),
    created: key.getCreationTime(),
    available: !isStandIn(key),
  };
}

/** True when a secret key file holds no secret here: it was left out, is on a card, or is locked in a way that is not supported. */
export function isStandIn({ keyPacket }: Key | Subkey): boolean {
  return 'isMissingSecretKeyMaterial' in keyPacket && keyPacket.isMissingSecretKeyMaterial();
}

interface SelfSignature {
  readonly packet: SignaturePacket;
  readonly type: Parameters<SignaturePacket['verify']>[1];
  readonly data: object;
  readonly by: Key | Subkey;
}

/** Judged at its own date: whether it has expired since is another question. The library throws plain errors for "no". */
async function holds(openpgp: OpenPgp, { packet, type, data, by }: SelfSignature): Promise<boolean> {
  const at = packet.created ?? undefined;
  return await packet.verify(by.keyPacket, type, data, at, false, unlimitedConfig(openpgp)).then(
    () => true,
    () => false,
  );
}

function maySign(packet: SignaturePacket): boolean {
  return ((packet.keyFlags?.[0] ?? 0) & MAY_SIGN_DATA) !== 0;
}

function timeOf(packet: SignaturePacket): number {
  return packet.created?.getTime() ?? 0;
}

function toDate(time: Date | typeof Infinity | null): Date | undefined {
  return time instanceof Date ? time : undefined;
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function algorithmName({ algorithm, bits, curve }: AlgorithmInfo): string {
  switch (algorithm) {
    case 'rsaEncryptSign':
    case 'rsaEncrypt':
    case 'rsaSign':
      return `rsa${bits ?? 0}`;
    case 'dsa':
      return `dsa${bits ?? 0}`;
    case 'eddsaLegacy':
      return 'ed25519';
    case 'ed25519':
      return 'ed25519 (algorithm 27)';
    case 'ed448':
      return 'ed448 (algorithm 28)';
    case 'ecdsa':
      return (curve ?? 'ecdsa').toLowerCase();
    default:
      return algorithm;
  }
}
