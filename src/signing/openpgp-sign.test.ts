import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { gpgvVerdicts, runSqv, statusOfGpgv } from '../../tests/support/gnupg.ts';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { signedForm, splitClear } from './clear-text.ts';
import { generateOpenPgpKey } from './openpgp-generate.ts';
import { readSecretKey } from './openpgp-key.ts';
import { createKeySigner } from './openpgp-sign.ts';
import { type Signer, signWithAll } from './signer.ts';

const CREATED = new Date('2026-01-01T00:00:00Z');
const SIGNED = Date.parse('2026-03-04T05:06:07Z');

const fixture = (path: string) =>
  readFile(fileURLToPath(new URL(`../../tests/fixtures/${path}`, import.meta.url)));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

let ed25519: Signer;
let rsa4096: Signer;
/** As apt-ftparchive makes it. */
let release: Uint8Array;

beforeAll(async () => {
  release = await fixture('deb/dists/fixstable/Release');
  ed25519 = await newSigner('ed25519');
  rsa4096 = await newSigner('rsa4096');
});

async function newSigner(algorithm: 'ed25519' | 'rsa4096'): Promise<Signer> {
  const { secretArmored } = await generateOpenPgpKey({ userId: algorithm, algorithm, created: CREATED });
  return createKeySigner(await readSecretKey(secretArmored, { origin: algorithm }));
}

describe('a signer', () => {
  test('has the fingerprint and the public key that clients get', async () => {
    const secret = await readSecretKey(text(await fixture('keys/openpgp-test.sec.asc')), {
      origin: 'fixture',
    });
    const signer = createKeySigner(secret);
    expect(signer.fingerprint).toBe('1290c607b45186781b71643873ef4bc0f0078c5a');
    expect(signer.publicArmored).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n/);
    expect(signer.key).toBe(secret.info);
  });

  test.each(['ed25519', 'rsa4096'] as const)(
    '%s: same bytes and date give the same file',
    async (algorithm) => {
      const signer = algorithm === 'ed25519' ? ed25519 : rsa4096;
      for (const sign of [signer.signClear, signer.signDetached]) {
        const first = await sign(release, { dateMs: SIGNED });
        expect(text(await sign(release, { dateMs: SIGNED + 999 }))).toBe(text(first));
        expect(text(await sign(release, { dateMs: SIGNED + 1000 }))).not.toBe(text(first));
      }
    },
  );

  test('a clear-signed text reads as it was', async () => {
    const signed = await ed25519.signClear(release, { dateMs: SIGNED });
    expect(text(signed)).toMatch(/^-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nArchitectures: /);
    expect(text(signed)).not.toContain('\r');
    const parts = splitClear(signed, (why) => new Error(why));
    expect(text(parts.text)).toBe(text(release));
  });

  test('nothing is said of the program that made it', async () => {
    const signature = text(await ed25519.signDetached(release, { dateMs: SIGNED }));
    expect(signature).toMatch(
      /^-----BEGIN PGP SIGNATURE-----\n\n[A-Za-z0-9+/=\n]+\n-----END PGP SIGNATURE-----\n$/,
    );
  });

  test.each([
    ['a text without a line end', 'A', 'line end'],
    ['a text with carriage returns', 'A\r\n', 'control character 0xd'],
  ])('%s is not clear-signed', async (_name, bytes, why) => {
    await expect(ed25519.signClear(Buffer.from(bytes), { dateMs: SIGNED })).rejects.toMatchObject({
      code: 'SIGN_FAILED',
      message: expect.stringContaining(why),
    });
  });

  test('bytes that are no UTF-8 are signed detached only', async () => {
    const bytes = Buffer.from('A\xff\n', 'latin1');
    await expect(ed25519.signClear(bytes, { dateMs: SIGNED })).rejects.toMatchObject({ code: 'SIGN_FAILED' });
    await expect(ed25519.signDetached(bytes, { dateMs: SIGNED })).resolves.toBeInstanceOf(Uint8Array);
  });

  test('a date before the key begins is refused', async () => {
    const signing = ed25519.signDetached(release, { dateMs: CREATED.getTime() - 86_400_001 });
    await expect(signing).rejects.toMatchObject({
      code: 'KEY_WEAK',
      details: { reason: 'key-not-yet-valid' },
    });
  });

  test('an abort is heard', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(ed25519.signClear(release, { dateMs: SIGNED, signal })).rejects.toThrow('stop');
  });
});

describe('signing with all', () => {
  test('one signer gives what it gives alone', async () => {
    const options = { bytes: release, dateMs: SIGNED };
    expect(await signWithAll([ed25519], { mode: 'clear', ...options })).toEqual(
      await ed25519.signClear(release, options),
    );
    expect(await signWithAll([ed25519], { mode: 'detached', ...options })).toEqual(
      await ed25519.signDetached(release, options),
    );
  });

  test('two signers give one message with one block', async () => {
    const signers = [ed25519, rsa4096];
    const signed = text(await signWithAll(signers, { mode: 'clear', bytes: release, dateMs: SIGNED }));
    expect(signed.match(/-----BEGIN/g)).toHaveLength(2);
    const again = await signWithAll(signers, { mode: 'clear', bytes: release, dateMs: SIGNED });
    expect(text(again)).toBe(signed);
  });

  test('without a signer nothing is signed', async () => {
    await expect(signWithAll([], { mode: 'clear', bytes: release, dateMs: SIGNED })).rejects.toThrow();
  });
});

describeWith('gpgv', lackOfTools('gpgv'), () => {
  describe.each(['ed25519', 'rsa4096'] as const)('with %s', (algorithm) => {
    const signer = () => (algorithm === 'ed25519' ? ed25519 : rsa4096);

    test('takes both signatures, with SHA-512 and the date that was asked', async () => {
      const keys = [signer().publicArmored];
      const clear = { keys, signature: await signer().signClear(release, { dateMs: SIGNED }) };
      const detached = {
        keys,
        signature: await signer().signDetached(release, { dateMs: SIGNED }),
        bytes: release,
      };
      for (const signed of [clear, detached]) {
        expect(await gpgvVerdicts(signed)).toEqual(['GOODSIG']);
        // VALIDSIG fingerprint day seconds expiry version reserved public-key-algorithm digest-algorithm …
        const type = algorithm === 'ed25519' ? 22 : 1;
        const line = new RegExp(
          `VALIDSIG ${signer().fingerprint} 2026-03-04 ${SIGNED / 1000} 0 4 0 ${type} 10 `,
          'i',
        );
        expect(await statusOfGpgv(signed)).toMatch(line);
      }
    });

    test('refuses a changed text', async () => {
      const keys = [signer().publicArmored];
      const clear = text(await signer().signClear(release, { dateMs: SIGNED }));
      const detached = await signer().signDetached(release, { dateMs: SIGNED });
      const changed = text(release).replace('Origin', 'Origim');
      expect(await gpgvVerdicts({ keys, signature: clear.replace('Origin', 'Origim') })).toEqual(['BADSIG']);
      expect(await gpgvVerdicts({ keys, signature: detached, bytes: Buffer.from(changed) })).toEqual([
        'BADSIG',
      ]);
    });
  });

  test('with two signers knows the one that it knows', async () => {
    for (const mode of ['clear', 'detached'] as const) {
      const signature = await signWithAll([ed25519, rsa4096], { mode, bytes: release, dateMs: SIGNED });
      const bytes = mode === 'clear' ? {} : { bytes: release };
      const verdicts = (...known: readonly Signer[]) =>
        gpgvVerdicts({ keys: known.map(({ publicArmored }) => publicArmored), signature, ...bytes });
      expect(await verdicts(ed25519)).toEqual(['GOODSIG', 'NO_PUBKEY']);
      expect(await verdicts(rsa4096)).toEqual(['NO_PUBKEY', 'GOODSIG']);
      expect(await verdicts(ed25519, rsa4096)).toEqual(['GOODSIG', 'GOODSIG']);
      expect(await verdicts()).toEqual(['NO_PUBKEY', 'NO_PUBKEY']);
    }
  });

  test('takes whatever text we sign', async () => {
    const line = fc.string({
      unit: fc.constantFrom('a', '-', ' ', '\t', 'é', 'From ', '-----BEGIN PGP SIGNATURE-----'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), async (lines) => {
        const signature = await ed25519.signClear(Buffer.from(`${lines.join('\n')}\n`), { dateMs: SIGNED });
        expect(await gpgvVerdicts({ keys: [ed25519.publicArmored], signature })).toEqual(['GOODSIG']);
      }),
      { numRuns: 10 },
    );
  });
});

describeWith('sqv', lackOfTools('sqv'), () => {
  test.each(['ed25519', 'rsa4096'] as const)('takes the signatures of %s', async (algorithm) => {
    const signer = algorithm === 'ed25519' ? ed25519 : rsa4096;
    const keys = [signer.publicArmored];
    const detached = await signer.signDetached(release, { dateMs: SIGNED });
    expect(await runSqv({ keys, signature: detached, bytes: release })).toMatchObject({
      code: 0,
      stdout: `${signer.fingerprint.toUpperCase()}\n`,
    });
    // apt takes a message apart and hands over the two parts.
    const clear = await signer.signClear(release, { dateMs: SIGNED });
    const { signature } = splitClear(clear, (why) => new Error(why));
    expect(await runSqv({ keys, signature, bytes: signedForm(release) })).toMatchObject({ code: 0 });
  });

  test('with two signers is content with one, and refuses a changed text', async () => {
    const options = { mode: 'detached', bytes: release, dateMs: SIGNED } as const;
    const signature = await signWithAll([ed25519, rsa4096], options);
    for (const { publicArmored } of [ed25519, rsa4096]) {
      expect(await runSqv({ keys: [publicArmored], signature, bytes: release })).toMatchObject({ code: 0 });
      const changed = Buffer.concat([release, Buffer.from('\n')]);
      expect(await runSqv({ keys: [publicArmored], signature, bytes: changed })).toMatchObject({ code: 1 });
    }
  });
});
