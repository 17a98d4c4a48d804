import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGnuPg, type GnuPg, type MadeKey, runSqv } from '../../tests/support/gnupg.ts';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { readPublicKey, readSecretKey } from './openpgp-key.ts';
import type { OpenPgpKeyInfo, SigningKeyInfo } from './openpgp-key-info.ts';
import { checkSigningKey, requireSigningKey } from './openpgp-policy.ts';
import { createKeySigner } from './openpgp-sign.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const CREATED = new Date('2020-01-01T00:00:00Z');
const day = (text: string) => new Date(`${text}T00:00:00Z`);

function part(changes: Partial<SigningKeyInfo> = {}): SigningKeyInfo {
  return {
    fingerprint: 'a'.repeat(40),
    algorithm: 'ed25519',
    created: CREATED,
    expires: undefined,
    revoked: false,
    available: true,
    boundBy: ['sha512'],
    ...changes,
  };
}

/** A key whose primary key is its only part. */
function key(changes: Partial<OpenPgpKeyInfo & SigningKeyInfo> = {}): OpenPgpKeyInfo {
  const primary = part(changes);
  const { fingerprint, algorithm, created, expires } = primary;
  return {
    fingerprint,
    algorithm,
    created,
    expires,
    version: 4,
    revoked: false,
    userIds: ['A'],
    signingKeys: [primary],
    ...changes,
  };
}

const refusalOf = (info: OpenPgpKeyInfo, nowMs = NOW) => checkSigningKey(info, nowMs).refused?.code;
const warningsOf = (info: OpenPgpKeyInfo, nowMs = NOW) =>
  checkSigningKey(info, nowMs).warnings.map(({ code }) => code);

describe('algorithms', () => {
  test.each(['ed25519', 'rsa2048', 'rsa3072', 'rsa4096', 'nistp256', 'nistp384', 'nistp521'])(
    '%s signs',
    (algorithm) => {
      expect(refusalOf(key({ algorithm }))).toBeUndefined();
    },
  );

  test.each([
    'rsa1024',
    'rsa2047',
    'dsa1024',
    'dsa3072',
    'brainpoolp256r1',
    'brainpoolp512r1',
    'secp256k1',
    'ed25519 (algorithm 27)',
    'ed448 (algorithm 28)',
    'elgamal',
    'something new',
  ])('%s is refused', (algorithm) => {
    expect(refusalOf(key({ algorithm }))).toBe('key-algorithm');
  });

  test.each([
    ['2026-11-20', undefined, ['key-refused-later']],
    ['2029-01-31', undefined, ['key-refused-later']],
    ['2029-02-01', undefined, ['key-refused-soon']],
    ['2030-01-31', undefined, ['key-refused-soon']],
    ['2030-02-01', 'key-algorithm', []],
  ])('rsa2048 on %s', (date, refused, warnings) => {
    const nowMs = day(date).getTime();
    expect(refusalOf(key({ algorithm: 'rsa2048' }), nowMs)).toBe(refused);
    expect(warningsOf(key({ algorithm: 'rsa2048' }), nowMs)).toEqual(warnings);
  });
});

describe('self-signatures', () => {
  test.each<[readonly string[], string, string | undefined]>([
    [['sha256'], '2026-11-20', undefined],
    [['sha1'], '2026-11-20', 'key-algorithm'],
    [['sha1'], '2026-01-31', undefined],
    [['sha1'], '2026-02-01', 'key-algorithm'],
    [['sha224'], '2026-11-20', 'key-algorithm'],
    [['md5'], '2020-06-01', 'key-algorithm'],
    [['sha3-512'], '2026-11-20', 'key-algorithm'],
    [['sha1', 'sha256'], '2026-11-20', undefined],
    [['sha256', 'sha1'], '2026-11-20', undefined],
    [[], '2026-11-20', 'key-cannot-sign'],
  ])('%j on %s: %s', (boundBy, date, refused) => {
    expect(refusalOf(key({ boundBy }), day(date).getTime())).toBe(refused);
  });
});

describe('lifetime', () => {
  test.each<[string, Partial<OpenPgpKeyInfo & SigningKeyInfo>, string | undefined]>([
    ['expires in a second', { expires: new Date(NOW + 1000) }, undefined],
    ['expires now', { expires: new Date(NOW) }, 'key-expired'],
    ['begins now', { created: new Date(NOW) }, undefined],
    ['begins in a second', { created: new Date(NOW + 1000) }, 'key-not-yet-valid'],
    ['is revoked', { revoked: true }, 'key-revoked'],
    ['is of version 3', { version: 3 }, 'key-version'],
    ['is of version 6', { version: 6 }, 'key-version'],
    ['may not sign', { signingKeys: [] }, 'key-cannot-sign'],
  ])('a key that %s', (_name, changes, refused) => {
    expect(refusalOf(key(changes))).toBe(refused);
  });

  test.each([
    [90, ['key-expires-soon']],
    [91, []],
  ])('an expiry in %i days', (days, warnings) => {
    expect(warningsOf(key({ expires: new Date(NOW + days * 86_400_000) }))).toEqual(warnings);
  });
});

describe('subkeys', () => {
  const primary = part({ algorithm: 'rsa4096' });
  const older = part({ fingerprint: 'b'.repeat(40), created: day('2024-01-01') });
  const newer = part({ fingerprint: 'c'.repeat(40), created: day('2025-01-01') });
  const whole = (signingKeys: readonly SigningKeyInfo[], changes: Partial<OpenPgpKeyInfo> = {}) => ({
    ...key({ algorithm: 'rsa4096' }),
    signingKeys,
    ...changes,
  });

  test.each<[string, OpenPgpKeyInfo, string]>([
    ['the newest signs', whole([newer, older, primary]), newer.fingerprint],
    [
      'not when it is expired',
      whole([{ ...newer, expires: day('2026-01-01') }, older, primary]),
      older.fingerprint,
    ],
    ['not when it is revoked', whole([{ ...newer, revoked: true }, older, primary]), older.fingerprint],
    ['not when its secret is elsewhere', whole([{ ...newer, available: false }, older]), older.fingerprint],
    ['not when it is weak', whole([{ ...newer, algorithm: 'rsa1024' }, primary]), primary.fingerprint],
    ['not when it is bound by SHA-1', whole([{ ...newer, boundBy: ['sha1'] }, primary]), primary.fingerprint],
  ])('%s', (_name, info, fingerprint) => {
    expect(checkSigningKey(info, NOW).signingKey?.fingerprint).toBe(fingerprint);
  });

  test('a good subkey of a weak primary key is refused', () => {
    expect(refusalOf(whole([newer], { algorithm: 'dsa1024' }))).toBe('key-algorithm');
  });

  test('of several reasons the newest key gives its own', () => {
    const info = whole([
      { ...newer, revoked: true },
      { ...older, algorithm: 'rsa1024' },
    ]);
    expect(refusalOf(info)).toBe('key-revoked');
  });
});

test('the error names the key, the reason and a way out', () => {
  expect(() => requireSigningKey(key({ algorithm: 'rsa1024' }), NOW)).toThrow(
    expect.objectContaining({
      code: 'KEY_WEAK',
      message: `Clients refuse signatures of key ${'a'.repeat(40)} (rsa1024): RSA below 2048 bits is too short`,
      hint: expect.stringContaining('pakhus key new'),
      details: { fingerprint: 'a'.repeat(40), algorithm: 'rsa1024', reason: 'key-algorithm' },
    }),
  );
});

interface Case {
  readonly algorithm: string;
  readonly options?: readonly string[];
  readonly accepted: boolean;
  /** Accepted by the policy that sqv has when apt does not bring its own. */
  readonly sqvAlone?: boolean;
}

const GPG_KEYS: readonly Case[] = [
  { algorithm: 'ed25519', accepted: true },
  { algorithm: 'rsa2048', accepted: true },
  { algorithm: 'nistp256', accepted: true },
  { algorithm: 'nistp521', accepted: true },
  { algorithm: 'rsa1024', accepted: false },
  { algorithm: 'dsa2048', accepted: false, sqvAlone: true },
  { algorithm: 'brainpoolP256r1', accepted: false },
  { algorithm: 'secp256k1', accepted: false },
  { algorithm: 'ed25519', options: ['--cert-digest-algo', 'SHA1'], accepted: false },
  { algorithm: 'ed25519', options: ['--cert-digest-algo', 'SHA224'], accepted: false, sqvAlone: true },
];

describeWith('keys of gpg', lackOfTools('gpg'), () => {
  let gnupg: GnuPg;
  beforeAll(async () => {
    gnupg = await createGnuPg();
  });
  afterAll(() => gnupg[Symbol.asyncDispose]());

  const made = new Map<Case, Promise<MadeKey>>();
  const makeOnce = (wanted: Case): Promise<MadeKey> => {
    const key = made.get(wanted) ?? gnupg.makeKey(wanted);
    made.set(wanted, key);
    return key;
  };

  test.each(GPG_KEYS)('$algorithm $options: $accepted', async (wanted) => {
    const { secretArmored, fingerprint } = await makeOnce(wanted);
    const secret = await readSecretKey(secretArmored, { origin: 'gpg' });
    expect(secret.info.algorithm).toBe(wanted.algorithm.toLowerCase());
    const signing = createKeySigner(secret).signClear(Buffer.from('text\n'), { dateMs: Date.now() });
    if (wanted.accepted) await expect(signing).resolves.toBeInstanceOf(Uint8Array);
    else await expect(signing).rejects.toMatchObject({ code: 'KEY_WEAK', details: { fingerprint } });
  });

  test('an expired key and a revoked one', async () => {
    const made = await gnupg.makeKey({ algorithm: 'ed25519', expires: '10d' });
    const { info } = await readPublicKey(made.publicArmored, { origin: 'gpg' });
    expect(warningsOf(info, Date.now())).toEqual(['key-expires-soon']);
    expect(refusalOf(info, Date.now() + 11 * 86_400_000)).toBe('key-expired');

    await gnupg.gpg(['--import'], await gnupg.revocationOf(made));
    const revoked = await readPublicKey(await gnupg.gpg(['--armor', '--export', made.fingerprint]), {
      origin: 'gpg',
    });
    expect(refusalOf(revoked.info, Date.now())).toBe('key-revoked');
  });

  describeWith('are refused at least where sqv refuses them', lackOfTools('sqv'), () => {
    test.each(GPG_KEYS)('$algorithm $options', async (wanted) => {
      const { publicArmored, fingerprint } = await makeOnce(wanted);
      const bytes = Buffer.from('text\n');
      const sign = ['--digest-algo', 'SHA512', '--armor', '--local-user', fingerprint, '--detach-sign'];
      const signature = await gnupg.gpg(sign, bytes);
      const { code } = await runSqv({ keys: [publicArmored], signature, bytes });
      expect(code === 0).toBe(wanted.sqvAlone ?? wanted.accepted);
    });
  });
});
