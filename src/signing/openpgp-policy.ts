import { PakhusError } from '../core/pakhus-error.ts';
import type { KeyLint } from './key-lint.ts';
import type { OpenPgpKeyInfo, SigningKeyInfo } from './openpgp-key-info.ts';

/** From when on clients refuse something. */
interface Rule {
  /** Fits a name of {@link SigningKeyInfo.algorithm} or {@link SigningKeyInfo.boundBy}; its group is a number of bits. */
  readonly name: RegExp;
  /** Only keys with fewer bits. */
  readonly belowBits?: number;
  /** A day, UTC; left out: accepted. */
  readonly refusedFrom?: string;
  readonly because?: string;
}

/**
 * Algorithms, as apt of Debian 13 judges them with sqv, and older apt with gpgv 2.2. The first rule that fits decides; what fits none
 * is refused. Days: /usr/share/apt/default-sequoia.config of apt 3.0, and sequoia-openpgp's StandardPolicy where that is silent.
 * Brainpool ends there on 2028-02-01, but the sqv of Debian cannot compute it (nor secp256k1) and refuses it today.
 */
const ALGORITHM_RULES: readonly Rule[] = [
  { name: /^ed25519$/ },
  { name: /^nistp(256|384|521)$/ },
  {
    name: /^rsa(\d+)$/,
    belowBits: 2048,
    refusedFrom: '2014-02-01',
    because: 'RSA below 2048 bits is too short',
  },
  {
    name: /^rsa(\d+)$/,
    belowBits: 3072,
    refusedFrom: '2030-02-01',
    because: 'RSA below 3072 bits is too short by then',
  },
  { name: /^rsa\d+$/ },
  { name: /^dsa\d+$/, refusedFrom: '2024-02-01', because: 'DSA is no longer accepted' },
  { name: /^brainpool/, refusedFrom: '1970-01-01', because: 'sqv cannot compute Brainpool curves' },
  { name: /^secp256k1$/, refusedFrom: '1970-01-01', because: 'sqv cannot compute secp256k1' },
  {
    name: /^ed25519 \(algorithm 27\)$/,
    refusedFrom: '1970-01-01',
    because: 'gpgv 2.2 does not know algorithm 27; the Ed25519 keys of gpg and pakhus are algorithm 22',
  },
];

/** Digests in self-signatures. */
const DIGEST_RULES: readonly Rule[] = [
  { name: /^sha(256|384|512)$/ },
  { name: /^sha1$/, refusedFrom: '2026-02-01', because: 'its self-signature uses SHA-1' },
  { name: /^sha224$/, refusedFrom: '2026-02-01', because: 'its self-signature uses SHA-224' },
];

const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_MS = 365 * DAY_MS;
/** How long before its end a key is worth a word: clients need time to learn of a new one. */
const EXPIRY_NOTICE_MS = 90 * DAY_MS;

const CANNOT_SIGN: KeyLint = {
  code: 'key-cannot-sign',
  message: 'no valid self-signature of version 4 says that it may sign',
};

/** What clients make of a key. */
export interface SigningKeyCheck {
  /** Why clients refuse it now; undefined: they take it. */
  readonly refused?: KeyLint;
  /** Which key or subkey signs: the newest that clients take. */
  readonly signingKey?: SigningKeyInfo;
  /** What will matter: an expiry within 90 days, an algorithm whose end is known. */
  readonly warnings: readonly KeyLint[];
}

/**
 * Whether a signature made now would be taken by apt with sqv (Debian 13) and with gpgv. `nowMs` is the date of the signature.
 * Pure. An expired or revoked key is refused because gpgv answers EXPKEYSIG or REVKEYSIG, even to signatures made before.
 */
export function checkSigningKey(key: OpenPgpKeyInfo, nowMs: number): SigningKeyCheck {
  const refusal = refuseKey(key, nowMs);
  if (refusal !== undefined) return { refused: refusal, warnings: [] };
  const candidates = key.signingKeys.filter(({ available }) => available);
  const refusals: KeyLint[] = [];
  for (const candidate of candidates) {
    const why = refuseSigningKey(candidate, nowMs) ?? refusePrimary({ key, candidate }, nowMs);
    if (why === undefined) return { signingKey: candidate, warnings: warn({ key, candidate }, nowMs) };
    refusals.push(why);
  }
  const none = lint(
    'key-cannot-sign',
    'no part of it may sign: no valid self-signature of version 4 says so',
  );
  return { refused: refusals[0] ?? none, warnings: [] };
}

/** The part of the key that signs now, or KEY_WEAK with the reason. */
export function requireSigningKey(key: OpenPgpKeyInfo, nowMs: number): SigningKeyInfo {
  const { refused, signingKey } = checkSigningKey(key, nowMs);
  if (signingKey !== undefined) return signingKey;
  throw new PakhusError(
    'KEY_WEAK',
    `Clients refuse signatures of key ${key.fingerprint} (${key.algorithm}): ${refused?.message}`,
    {
      hint: 'Make a new key (pakhus key new) and sign with both while clients learn the new one.',
      details: { fingerprint: key.fingerprint, algorithm: key.algorithm, reason: refused?.code },
    },
  );
}

function refuseKey(key: OpenPgpKeyInfo, nowMs: number): KeyLint | undefined {
  if (key.version !== 4) {
    return lint('key-version', `it is a version ${key.version} key, and gpgv 2.2 reads version 4 only`);
  }
  if (key.revoked) return lint('key-revoked', 'it is revoked');
  return refuseLifetime(key, nowMs);
}

function refuseSigningKey(candidate: SigningKeyInfo, nowMs: number): KeyLint | undefined {
  if (candidate.revoked) return lint('key-revoked', `its part ${candidate.fingerprint} is revoked`);
  return (
    refuseLifetime(candidate, nowMs) ??
    refuseByRule(ALGORITHM_RULES, { name: candidate.algorithm, nowMs }) ??
    refuseBinding(candidate, nowMs)
  );
}

/** One acceptable self-signature is enough; clients ignore the others. */
function refuseBinding({ boundBy }: SigningKeyInfo, nowMs: number): KeyLint | undefined {
  const refusals = boundBy.map((digest) => refuseByRule(DIGEST_RULES, { name: digest, nowMs }));
  if (refusals.includes(undefined)) return undefined;
  return refusals[0] ?? CANNOT_SIGN;
}

/** A subkey is only as good as the primary key that vouches for it. */
function refusePrimary(
  { key, candidate }: { readonly key: OpenPgpKeyInfo; readonly candidate: SigningKeyInfo },
  nowMs: number,
): KeyLint | undefined {
  if (candidate.fingerprint === key.fingerprint) return undefined;
  return refuseByRule(ALGORITHM_RULES, { name: key.algorithm, nowMs });
}

function refuseLifetime(
  { created, expires }: { readonly created: Date; readonly expires: Date | undefined },
  nowMs: number,
): KeyLint | undefined {
  if (expires !== undefined && expires.getTime() <= nowMs) {
    return lint(
      'key-expired',
      `it expired on ${iso(expires.getTime())}, and the signature would be of ${iso(nowMs)}`,
    );
  }
  if (created.getTime() > nowMs) {
    return lint(
      'key-not-yet-valid',
      `it begins on ${iso(created.getTime())}, and the signature would be of ${iso(nowMs)}: compare the clocks`,
    );
  }
  return undefined;
}

function refuseByRule(
  rules: readonly Rule[],
  { name, nowMs }: { readonly name: string; readonly nowMs: number },
): KeyLint | undefined {
  const rule = ruleFor(rules, name);
  if (rule === undefined) return lint('key-algorithm', `${name} is not known to all clients`);
  if (rule.refusedFrom === undefined || Date.parse(rule.refusedFrom) > nowMs) return undefined;
  return lint('key-algorithm', rule.because ?? `${name} is refused`);
}

function warn(
  { key, candidate }: { readonly key: OpenPgpKeyInfo; readonly candidate: SigningKeyInfo },
  nowMs: number,
): readonly KeyLint[] {
  const { expires } = candidate;
  const warnings: KeyLint[] = [];
  if (expires !== undefined && expires.getTime() - nowMs <= EXPIRY_NOTICE_MS) {
    const days = Math.floor((expires.getTime() - nowMs) / DAY_MS);
    warnings.push(
      lint(
        'key-expires-soon',
        `Key ${key.fingerprint} expires on ${iso(expires.getTime())}, in ${days} days: extend it or add a new key now.`,
      ),
    );
  }
  for (const algorithm of new Set([candidate.algorithm, key.algorithm])) {
    const { refusedFrom, because } = ruleFor(ALGORITHM_RULES, algorithm) ?? {};
    if (refusedFrom === undefined) continue;
    const soon = Date.parse(refusedFrom) - nowMs <= YEAR_MS;
    warnings.push(
      lint(
        soon ? 'key-refused-soon' : 'key-refused-later',
        `Key ${key.fingerprint} (${algorithm}) is refused by apt with sqv from ${refusedFrom} on: ${because}. Make a new key before that.`,
      ),
    );
  }
  return warnings;
}

function ruleFor(rules: readonly Rule[], wanted: string): Rule | undefined {
  return rules.find(({ name, belowBits }) => {
    const match = name.exec(wanted);
    return match !== null && (belowBits === undefined || Number(match[1]) < belowBits);
  });
}

function lint(code: string, message: string): KeyLint {
  return { code, message };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).concat('Z').replace('T', ' ');
}
