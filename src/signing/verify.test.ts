import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { createGnuPg } from '../../tests/support/gnupg.ts';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { generateOpenPgpKey } from './openpgp-generate.ts';
import { joinPublicKeys, readSecretKey } from './openpgp-key.ts';
import { createKeySigner } from './openpgp-sign.ts';
import { type Signer, signWithAll } from './signer.ts';
import { verifyClear, verifyDetached } from './verify.ts';

const CREATED = new Date('2026-01-01T00:00:00Z');
const SIGNED = Date.parse('2026-03-04T05:06:07Z');
const DAY_MS = 86_400_000;
const RELEASE = Buffer.from('Origin: example\nSuite: stable\n');
const name = 'InRelease';

const fixture = (path: string) =>
  readFile(fileURLToPath(new URL(`../../tests/fixtures/${path}`, import.meta.url)));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

let known: Signer;
let other: Signer;
/** Expires 100 days after it was made. */
let expiring: Signer;

beforeAll(async () => {
  known = await newSigner();
  other = await newSigner();
  expiring = await newSigner({ expiresDays: 100 });
});

async function newSigner(wanted: { readonly expiresDays?: number } = {}): Promise<Signer> {
  const { secretArmored } = await generateOpenPgpKey({
    userId: 'A',
    algorithm: 'ed25519',
    created: CREATED,
    ...wanted,
  });
  return createKeySigner(await readSecretKey(secretArmored, { origin: 'test' }));
}

/** Both kinds of signature of some signers, checked by somebody who knows `by`, over `bytes`. */
async function both(
  signers: readonly Signer[],
  {
    by = [known],
    bytes = RELEASE,
    nowMs = SIGNED,
  }: { readonly by?: readonly Signer[]; readonly bytes?: Uint8Array; readonly nowMs?: number } = {},
) {
  const options = { name, publicKeys: by.map(({ publicArmored }) => publicArmored), nowMs };
  const clear = text(await signWithAll(signers, { mode: 'clear', bytes: RELEASE, dateMs: SIGNED }));
  const signature = text(await signWithAll(signers, { mode: 'detached', bytes: RELEASE, dateMs: SIGNED }));
  const message = Buffer.from(clear.replace(text(RELEASE), () => text(bytes)));
  return {
    clear: () => verifyClear(message, options),
    detached: () => verifyDetached(bytes, { signature, ...options }),
  };
}

describe.each(['clear', 'detached'] as const)('%s', (mode) => {
  test('a signature of a known key holds', async () => {
    const { [mode]: verify } = await both([known]);
    const { fingerprint } = known;
    expect(await verify()).toMatchObject({
      signers: [{ fingerprint, signingFingerprint: fingerprint, signedMs: SIGNED }],
      ignored: [],
    });
  });

  test('of two signatures one has to be known', async () => {
    const { [mode]: verify } = await both([other, known]);
    const { signers, ignored } = await verify();
    expect(signers.map(({ fingerprint }) => fingerprint)).toEqual([known.fingerprint]);
    expect(ignored).toMatchObject([{ verdict: 'unknown', keyId: other.fingerprint.slice(-16) }]);
  });

  test('both are named when both are known', async () => {
    const { [mode]: verify } = await both([other, known], { by: [known, other] });
    const { signers } = await verify();
    expect(signers.map(({ fingerprint }) => fingerprint)).toEqual([other.fingerprint, known.fingerprint]);
  });

  test.each<[string, () => ReturnType<typeof both>, string]>([
    ['a changed text', () => both([known], { bytes: Buffer.from('Origin: evil\n') }), 'is bad'],
    [
      'a text with more at its end',
      () => both([known], { bytes: Buffer.concat([RELEASE, RELEASE]) }),
      'is bad',
    ],
    ['an unknown key', () => both([other]), 'is not known'],
    ['nobody known', () => both([known], { by: [] }), 'is not known'],
    ['a date ahead of the clock', () => both([known], { nowMs: SIGNED - 11_000 }), 'in the future'],
    [
      'a key that has expired since',
      () => both([expiring], { by: [expiring], nowMs: CREATED.getTime() + 100 * DAY_MS }),
      'expired on 2026-04-11',
    ],
    [
      'a known key over another text, beside a good signature',
      () => both([known, forgerOf(other)], { by: [known, other] }),
      'is bad',
    ],
  ])('%s is refused', async (_name, make, why) => {
    const { [mode]: verify } = await make();
    await expect(verify()).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: expect.stringMatching(`The signature of ${name} does not hold: .*${why}`),
      details: { name },
    });
  });

  test('a clock that is ten seconds late is forgiven', async () => {
    const { [mode]: verify } = await both([known], { nowMs: SIGNED - 10_000 });
    await expect(verify()).resolves.toBeDefined();
  });

  test('an expired key does not spoil the signature of another', async () => {
    const by = [known, expiring];
    const { [mode]: verify } = await both([known, expiring], { by, nowMs: CREATED.getTime() + 100 * DAY_MS });
    const { signers, ignored } = await verify();
    expect(signers.map(({ fingerprint }) => fingerprint)).toEqual([known.fingerprint]);
    expect(ignored).toMatchObject([{ verdict: 'refused' }]);
  });
});

/** Signs another text than the one that it is given. */
function forgerOf(signer: Signer): Signer {
  const evil = Buffer.from('Origin: evil\n');
  return {
    ...signer,
    signClear: (_text, options) => signer.signClear(evil, options),
    signDetached: (_bytes, options) => signer.signDetached(evil, options),
  };
}

describe('a clear-signed message', () => {
  test('gives the text that is signed, and only that', async () => {
    const signed = text(await known.signClear(RELEASE, { dateMs: SIGNED }));
    const options = { name, publicKeys: [known.publicArmored], nowMs: SIGNED };
    const padded = signed.replace('Origin: example', 'Origin: example \t');
    expect(text((await verifyClear(Buffer.from(padded), options)).text)).toBe(text(RELEASE));
    for (const evil of [`Origin: evil\n\n${signed}`, `${signed}Origin: evil\n`]) {
      await expect(verifyClear(Buffer.from(evil), options)).rejects.toMatchObject({ code: 'VERIFY_FAILED' });
    }
  });

  test('of apt-ftparchive and gpg holds, and is the Release beside it', async () => {
    const publicKeys = [text(await fixture('keys/openpgp-test.pub.asc'))];
    const options = { name, publicKeys, nowMs: Date.parse('2026-11-20') };
    const release = await fixture('deb/dists/fixstable/Release');
    const clear = await verifyClear(await fixture('deb/dists/fixstable/InRelease'), options);
    expect(text(clear.text)).toBe(text(release));
    const signature = text(await fixture('deb/dists/fixstable/Release.gpg'));
    expect((await verifyDetached(release, { signature, ...options })).signers).toEqual(clear.signers);
  });
});

test('public keys may come several to a block', async () => {
  const publicKeys = [await joinPublicKeys([other.publicArmored, known.publicArmored])];
  const signature = text(await known.signDetached(RELEASE, { dateMs: SIGNED }));
  const { signers } = await verifyDetached(RELEASE, { name, signature, publicKeys, nowMs: SIGNED });
  expect(signers).toHaveLength(1);
});

test.each([
  ['no armor', 'hello'],
  ['an empty block', '-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n'],
  ['no packets', '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n'],
  ['too long', 'A'.repeat(100_000)],
])('a signature that cannot be read (%s) is refused', async (_name, signature) => {
  const publicKeys = [known.publicArmored];
  await expect(verifyDetached(RELEASE, { name, signature, publicKeys, nowMs: SIGNED })).rejects.toMatchObject(
    {
      code: 'VERIFY_FAILED',
    },
  );
});

test('more signatures than anybody makes are refused', async () => {
  const signers = Array.from({ length: 17 }, () => known);
  const { clear } = await both(signers);
  await expect(clear()).rejects.toThrow('more than 16 signatures');
});

test('a public key that cannot be read is no verdict on the signature', async () => {
  const signature = text(await known.signDetached(RELEASE, { dateMs: SIGNED }));
  const verifying = verifyDetached(RELEASE, { name, signature, publicKeys: ['hello'], nowMs: SIGNED });
  await expect(verifying).rejects.toMatchObject({ code: 'KEY_INVALID' });
});

describeWith('signatures of gpg', lackOfTools('gpg'), () => {
  test('with SHA-1 or by a revoked key do not count', async () => {
    await using gnupg = await createGnuPg();
    const made = await gnupg.makeKey({ algorithm: 'rsa2048' });
    const sha1 = await gnupg.gpg(['--digest-algo', 'SHA1', '--armor', '--detach-sign'], RELEASE);
    const sha256 = await gnupg.gpg(['--digest-algo', 'SHA256', '--armor', '--detach-sign'], RELEASE);
    const options = { name, publicKeys: [made.publicArmored], nowMs: Date.now() };
    await expect(verifyDetached(RELEASE, { signature: sha256, ...options })).resolves.toBeDefined();
    await expect(verifyDetached(RELEASE, { signature: sha1, ...options })).rejects.toThrow('SHA1');
    await gnupg.gpg(['--import'], await gnupg.revocationOf(made));
    const publicKeys = [await gnupg.gpg(['--armor', '--export'])];
    const revoked = verifyDetached(RELEASE, { signature: sha256, ...options, publicKeys });
    await expect(revoked).rejects.toThrow('revoked');
  });
});
