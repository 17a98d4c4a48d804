import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGnuPg, type GnuPg, gpgvVerdicts, type MadeKey } from '../../tests/support/gnupg.ts';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { createTempDir, type TempDir } from '../../tests/support/temp.ts';
import { createExternalSigner, type ExternalSignerOptions } from './external-signer.ts';
import { type Signer, signWithAll } from './signer.ts';

const RELEASE = Buffer.from('Origin: example\n-dash\n\nSHA256:\n 00 1 main/Packages\n');
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describeWith('a command that signs', lackOfTools('gpg', 'gpgv'), () => {
  let gnupg: GnuPg;
  let dir: TempDir;
  let key: MadeKey;
  let other: MadeKey;

  beforeAll(async () => {
    gnupg = await createGnuPg();
    dir = await createTempDir('signer');
    const options = ['--faked-system-time', '20260101T000000'];
    key = await gnupg.makeKey({ algorithm: 'rsa2048', options });
    other = await gnupg.makeKey({ algorithm: 'ed25519', options });
  });
  afterAll(async () => {
    await gnupg[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  const gpg = (...args: readonly string[]): [string, ...string[]] => [
    'gpg',
    '--batch',
    '--local-user',
    key.fingerprint,
    ...args,
  ];
  const signerOf = (options: Partial<ExternalSignerOptions> = {}): Promise<Signer> =>
    createExternalSigner({
      command: gpg(),
      publicKey: key.publicArmored,
      origin: 'key.asc',
      env: gnupg.env,
      ...options,
    });
  /** A wrapper in shell, as somebody writes one for a hardware module. */
  const wrapper = async (script: string, options: Partial<ExternalSignerOptions> = {}): Promise<Signer> => {
    const path = join(dir.path, `sign-${Math.random()}`);
    await writeFile(path, `#!/bin/sh\nKEY=${key.fingerprint} OTHER=${other.fingerprint}\n${script}\n`, {
      mode: 0o755,
    });
    return await signerOf({ command: [path], ...options });
  };

  describe('gpg, without a script', () => {
    test('clear-signs and signs detached', async () => {
      const signer = await signerOf();
      expect(signer.fingerprint).toBe(key.fingerprint);
      const keys = [signer.publicArmored];
      const clear = await signer.signClear(RELEASE, { dateMs: Date.now() });
      expect(text(clear)).toContain(
        `\n\n${text(RELEASE).replace('-dash', '- -dash')}-----BEGIN PGP SIGNATURE-----\n`,
      );
      expect(await gpgvVerdicts({ keys, signature: clear })).toEqual(['GOODSIG']);
      const detached = await signer.signDetached(RELEASE, { dateMs: Date.now() });
      expect(await gpgvVerdicts({ keys, signature: detached, bytes: RELEASE })).toEqual(['GOODSIG']);
    });

    test('signs for the date that is asked when it is told the time, the same bytes every time', async () => {
      const signer = await signerOf({ command: gpg('--faked-system-time', '{time}!') });
      const dateMs = Date.now() + 3 * 3_600_000;
      const first = await signer.signClear(RELEASE, { dateMs });
      expect(await signer.signClear(RELEASE, { dateMs })).toEqual(first);
    });

    test('shares a file with another signer', async () => {
      const another = await signerOf({
        command: ['gpg', '--batch', '-u', other.fingerprint],
        publicKey: other.publicArmored,
      });
      const signers = [await signerOf(), another];
      const signature = await signWithAll(signers, { mode: 'clear', bytes: RELEASE, dateMs: Date.now() });
      expect(await gpgvVerdicts({ keys: [other.publicArmored], signature })).toEqual([
        'NO_PUBKEY',
        'GOODSIG',
      ]);
    });
  });

  describe('a wrapper', () => {
    test('learns the mode and the time from its environment or its arguments', async () => {
      const signer = await wrapper(`
        [ "$PAKHUS_SIGN_MODE $*" = "detached --armor --detach-sign" ] || exit 9
        [ "$PAKHUS_SIGN_TIME" = "$(date +%s)" ] || [ "$PAKHUS_SIGN_TIME" -gt 1700000000 ] || exit 8
        exec gpg --batch -u $KEY "$@"`);
      await expect(signer.signDetached(RELEASE, { dateMs: Date.now() })).resolves.toBeInstanceOf(Uint8Array);
      await expect(signer.signClear(RELEASE, { dateMs: Date.now() })).rejects.toThrow('ended with 9');
    });

    test('sees none of our secrets', async () => {
      const env = {
        ...gnupg.env,
        PAKHUS_SIGNING_PASSPHRASE: 'moss',
        PAKHUS_SIGNING_KEY: 'k',
        PAKHUS_LEDGER_KEY: 'l',
        HSM_PIN: 'stays',
      };
      const signer = await wrapper('env >&2; exit 1', { env });
      const failure: unknown = await signer
        .signClear(RELEASE, { dateMs: Date.now() })
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ details: { stderr: expect.stringContaining('HSM_PIN=stays') } });
      expect(failure).not.toMatchObject({ details: { stderr: expect.stringMatching(/SIGNING|LEDGER/) } });
    });

    test.each([
      ['fails', 'echo "no token" >&2; exit 2', /ended with 2: no token$/],
      ['prints nothing', 'true', /does not begin with a clear-signed message/],
      ['prints something else', 'echo hello', /does not begin with a clear-signed message/],
      ['prints more than the message', 'echo x; gpg --batch -u $KEY "$@"', /does not begin with/],
      ['signs with another key', 'gpg --batch -u $OTHER "$@"', /key [0-9a-f]{16} is not known/],
      ['signs with another key, too', 'gpg --batch -u $KEY -u $OTHER "$@"', /is not known/],
      ['signs another text', 'echo evil | gpg --batch -u $KEY "$@"', /did not match|verification failed/],
      ['signs with SHA-1', 'gpg --batch -u $KEY --digest-algo SHA1 "$@"', /SHA1/],
      ['signs with SHA-224', 'gpg --batch -u $KEY --digest-algo SHA224 "$@"', /sha224/],
      [
        'signs for half an hour ago',
        'gpg --batch -u $KEY --faked-system-time $((PAKHUS_SIGN_TIME - 1800)) "$@"',
        /it is dated/,
      ],
      [
        'signs for tomorrow',
        'gpg --batch -u $KEY --faked-system-time $((PAKHUS_SIGN_TIME + 90000)) "$@"',
        /future/,
      ],
      ['prints without end', 'yes', /printed more than/],
    ])('that %s is refused', async (_name, script, why) => {
      const signer = await wrapper(script);
      await expect(signer.signClear(RELEASE, { dateMs: Date.now() })).rejects.toMatchObject({
        code: 'SIGN_FAILED',
        message: expect.stringMatching(why),
        details: { fingerprint: key.fingerprint },
      });
    });

    test.each([
      ['nothing', 'true'],
      ['no armor', 'gpg --batch -u $KEY --detach-sign'],
      ['a clear-signed message', 'gpg --batch -u $KEY --clearsign'],
      ['a signature over something else', 'echo evil | gpg --batch -u $KEY "$@"'],
    ])('that prints %s for a detached signature is refused', async (_name, script) => {
      const signer = await wrapper(script);
      const signing = signer.signDetached(RELEASE, { dateMs: Date.now() });
      await expect(signing).rejects.toMatchObject({ code: 'SIGN_FAILED' });
    });

    test('that takes too long is given up', async () => {
      const signer = await wrapper('exec sleep 60', { timeoutMs: 200 });
      await expect(signer.signClear(RELEASE, { dateMs: Date.now() })).rejects.toThrow(
        'did not finish within 0.2 s',
      );
    });

    test('is ended by an abort', async () => {
      const signer = await wrapper('exec sleep 60');
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('stop')), 100);
      const { signal } = controller;
      await expect(signer.signClear(RELEASE, { dateMs: Date.now(), signal })).rejects.toThrow('stop');
    });
  });

  test('a program that does not exist', async () => {
    const signer = await signerOf({ command: ['/nowhere/gpg'] });
    await expect(signer.signClear(RELEASE, { dateMs: Date.now() })).rejects.toMatchObject({
      code: 'SIGN_FAILED',
      hint: expect.stringContaining("/nowhere/gpg with '--armor --clearsign'"),
    });
  });

  test('a weak key is refused before the command runs', async () => {
    const weak = await gnupg.makeKey({ algorithm: 'rsa1024' });
    const signer = await signerOf({ command: ['/nowhere/gpg'], publicKey: weak.publicArmored });
    await expect(signer.signClear(RELEASE, { dateMs: Date.now() })).rejects.toMatchObject({
      code: 'KEY_WEAK',
    });
  });

  test('a public key that is none', async () => {
    await expect(signerOf({ publicKey: 'hello' })).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('key.asc'),
    });
  });
});
