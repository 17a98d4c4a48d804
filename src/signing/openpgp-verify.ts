import type { Key, SignaturePacket } from 'openpgp';
import { signaturePackets } from './made-signature.ts';
import { describeKey, hashName } from './openpgp-key-info.ts';
import { judgingConfig, loadOpenPgp, type OpenPgp } from './openpgp-library.ts';

/** One signature of a block and what it is worth. */
export interface SignatureCheck {
  /**
   * `good`: made by a known key that is in order. `bad`: names a known key, but is not over these bytes.
   * `unknown`: by a key that is not among the given ones. `refused`: genuine perhaps, but expired, revoked, weak or misused.
   */
  readonly verdict: 'good' | 'bad' | 'unknown' | 'refused';
  /** For people; empty when good. */
  readonly reason: string;
  /** 16 hex digits, as the signature says. */
  readonly keyId: string;
  /** Of the primary key, when it is known. */
  readonly fingerprint: string | undefined;
  /** Of the key or subkey that signed, when it is known. */
  readonly signingFingerprint: string | undefined;
  /** Milliseconds since 1970. */
  readonly signedMs: number;
  /** `sha512`, … */
  readonly hash: string;
}

export interface VerifySignaturesInput {
  readonly signed: Uint8Array;
  /** Armored; may hold several. */
  readonly signature: string;
  /** A signature may not be dated after it, except for ten seconds of clock skew (apt's `Acquire::Max-FutureTime`). */
  readonly nowMs: number;
}

/** A block of more signatures than anybody makes is an attempt to keep us busy. */
const MAX_SIGNATURES = 16;
const CLOCK_SKEW_MS = 10_000;

/**
 * Judges every signature of an armored block, in order. Throws a plain error when the block cannot be read.
 * Stricter than one client where clients differ: keys that are expired or revoked by now do not count (gpgv's rule).
 */
export async function verifySignatures(
  keys: readonly Key[],
  { signed, signature: armoredSignature, nowMs }: VerifySignaturesInput,
): Promise<readonly SignatureCheck[]> {
  const openpgp = await loadOpenPgp();
  const signature = await openpgp.readSignature({ armoredSignature });
  const packets = signaturePackets(openpgp, signature);
  if (packets.length === 0) throw new Error('the block holds no signature of version 4');
  if (packets.length > MAX_SIGNATURES)
    throw new Error(`the block holds more than ${MAX_SIGNATURES} signatures`);
  const checks: SignatureCheck[] = [];
  for (const packet of packets) checks.push(await checkOne(openpgp, { packet, keys, signed, nowMs }));
  return checks;
}

interface One {
  readonly packet: SignaturePacket;
  readonly keys: readonly Key[];
  readonly signed: Uint8Array;
  readonly nowMs: number;
}

async function checkOne(openpgp: OpenPgp, { packet, keys, signed, nowMs }: One): Promise<SignatureCheck> {
  const key = keys.find((candidate) => candidate.getKeys(packet.issuerKeyID).length > 0);
  const said = {
    keyId: packet.issuerKeyID.toHex(),
    fingerprint: key?.getFingerprint(),
    signingFingerprint: key?.getKeys(packet.issuerKeyID)[0]?.getFingerprint(),
    signedMs: packet.created?.getTime() ?? 0,
    hash: hashName(packet.hashAlgorithm),
  };
  if (key === undefined) return { verdict: 'unknown', reason: `key ${said.keyId} is not known`, ...said };
  const message = await openpgp.createMessage({ binary: signed });
  const packets = new openpgp.PacketList<SignaturePacket>();
  packets.push(packet);
  const { signatures } = await openpgp.verify({
    message,
    signature: new openpgp.Signature(packets),
    verificationKeys: key,
    date: new Date(nowMs + CLOCK_SKEW_MS),
    format: 'binary',
    config: judgingConfig(openpgp),
  });
  const failure = await signatures[0]?.verified.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (signatures.length === 0)
    return { verdict: 'refused', reason: 'it is no signature over a file', ...said };
  if (failure !== undefined)
    return { verdict: isForged(failure) ? 'bad' : 'refused', reason: failure, ...said };
  const ended = await lifetimeProblem(openpgp, { key, signingFingerprint: said.signingFingerprint, nowMs });
  return ended === undefined
    ? { verdict: 'good', reason: '', ...said }
    : { verdict: 'refused', reason: ended, ...said };
}

/** The library has one class of errors; these two messages mean that the arithmetic failed. */
function isForged(message: string): boolean {
  return message.includes('Signed digest did not match') || message.includes('Signature verification failed');
}

/** The library asks whether the key was in order when it signed; gpgv asks whether it is now. */
async function lifetimeProblem(
  openpgp: OpenPgp,
  {
    key,
    signingFingerprint,
    nowMs,
  }: { readonly key: Key; readonly signingFingerprint: string | undefined; readonly nowMs: number },
): Promise<string | undefined> {
  const info = await describeKey(openpgp, key);
  const signer = info.signingKeys.find(({ fingerprint }) => fingerprint === signingFingerprint);
  if (info.revoked || signer?.revoked === true) return 'its key is revoked';
  const expires = signer?.expires ?? info.expires;
  if (expires !== undefined && expires.getTime() <= nowMs)
    return `its key expired on ${expires.toISOString()}`;
  return undefined;
}
