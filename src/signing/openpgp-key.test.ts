import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createGnuPg } from '../../tests/support/gnupg.ts';
import { outputOf } from '../../tests/support/run-command.ts';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { generateOpenPgpKey, type NewOpenPgpKey } from './openpgp-generate.ts';
import {
  inspectSecretKey,
  joinPublicKeys,
  readPublicKey,
  readSecretKey,
  readSecretKeys,
} from './openpgp-key.ts';
import { checkSigningKey } from './openpgp-policy.ts';
import { createKeySigner } from './openpgp-sign.ts';

const CREATED = new Date('2026-01-01T00:00:00Z');
const origin = 'key.asc';

const fixture = (name: string) =>
  readFile(fileURLToPath(new URL(`../../tests/fixtures/keys/openpgp-test.${name}`, import.meta.url)), 'utf8');
const newKey = (wanted: Partial<NewOpenPgpKey> = {}) =>
  generateOpenPgpKey({
    userId: 'Tools <tools@example.org>',
    algorithm: 'ed25519',
    created: CREATED,
    ...wanted,
  });

describe('a new key', () => {
  test.each(['ed25519', 'rsa4096'] as const)(
    '%s: is version 4, signs, and says what was asked',
    async (algorithm) => {
      const { fingerprint, secretArmored, publicArmored } = await newKey({ algorithm, expiresDays: 400 });
      const { info } = await readSecretKey(secretArmored, { origin });
      expect(info).toMatchObject({
        fingerprint,
        version: 4,
        algorithm,
        created: new Date(CREATED.getTime() - 86_400_000),
        expires: new Date('2027-02-05T00:00:00Z'),
        revoked: false,
        userIds: ['Tools <tools@example.org>'],
        signingKeys: [{ fingerprint, algorithm, available: true, boundBy: ['sha512'] }],
      });
      expect(fingerprint).toMatch(/^[0-9a-f]{40}$/);
      expect((await readPublicKey(publicArmored, { origin })).info).toEqual(info);
    },
  );

  test('never expires unless asked', async () => {
    const { publicArmored } = await newKey();
    expect((await readPublicKey(publicArmored, { origin })).info.expires).toBeUndefined();
  });

  test('can be locked', async () => {
    const { secretArmored, fingerprint } = await newKey({ passphrase: 'moss' });
    expect(await inspectSecretKey(secretArmored, { origin })).toMatchObject({ encrypted: true });
    const { info } = await readSecretKey(secretArmored, { origin, passphrase: 'moss' });
    expect(info.fingerprint).toBe(fingerprint);
  });

  test.each([
    ['Tools', ['Tools']],
    [' Tools of Jürgen  <j@example.org>', ['Tools of Jürgen <j@example.org>']],
  ])('user ID %j', async (userId, userIds) => {
    const { publicArmored } = await newKey({ userId });
    expect((await readPublicKey(publicArmored, { origin })).info.userIds).toEqual(userIds);
  });

  test.each<[Partial<NewOpenPgpKey>, string]>([
    [{ userId: '' }, 'no name'],
    [{ userId: '<a@example.org>' }, 'no name'],
    [{ userId: 'A <a>' }, 'no mail address'],
    [{ userId: 'A <a@example.org> B' }, 'no mail address'],
    [{ userId: 'A\nB' }, 'cannot be shown'],
    [{ userId: 'A \u001b[2J' }, 'cannot be shown'],
    [{ userId: 'A'.repeat(201) }, 'longer than'],
    [{ expiresDays: 0 }, 'expected 1 to'],
    [{ expiresDays: 1.5 }, 'expected 1 to'],
    [{ expiresDays: 100_000 }, 'expected 1 to'],
  ])('%j is refused', async (wanted, why) => {
    await expect(newKey(wanted)).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining(why),
    });
  });
});

describe('reading', () => {
  test('the fixture key, which gpg made', async () => {
    const { info, publicArmored } = await readSecretKey(await fixture('sec.asc'), { origin });
    expect(info).toMatchObject({
      fingerprint: (await fixture('fpr')).trim().toLowerCase(),
      algorithm: 'rsa3072',
      created: CREATED,
      expires: undefined,
      userIds: ['Fixture A repository test key <fixture@example.org>'],
    });
    expect(publicArmored).toContain('BEGIN PGP PUBLIC KEY BLOCK');
  });

  test('several keys, in one block or in several', async () => {
    const pairs = [await newKey(), await newKey()];
    const fingerprints = pairs.map(({ fingerprint }) => fingerprint);
    const text = pairs.map(({ secretArmored }) => secretArmored).join('between\n');
    const keys = await readSecretKeys(text, { origin });
    expect(keys.map(({ info }) => info.fingerprint)).toEqual(fingerprints);
    await expect(readSecretKey(text, { origin })).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('holds 2 keys'),
    });
  });

  test('several public keys joined into one block, each once', async () => {
    const [a, b] = [await newKey(), await newKey()];
    const joined = await joinPublicKeys([a.publicArmored, b.publicArmored, a.publicArmored]);
    expect(joined.match(/BEGIN/g)).toHaveLength(1);
    await expect(readPublicKey(joined, { origin })).rejects.toThrow('holds 2 keys');
    expect(await joinPublicKeys([a.publicArmored])).toBe(a.publicArmored);
  });

  test.each<[string, () => Promise<unknown>, string, string]>([
    ['nothing', () => readSecretKey('', { origin }), 'KEY_INVALID', 'no armored block'],
    ['something else', () => readSecretKey('hello', { origin }), 'KEY_INVALID', 'no armored block'],
    [
      'a public key for a secret one',
      async () => readSecretKey(await fixture('pub.asc'), { origin }),
      'KEY_INVALID',
      'expected a PGP PRIVATE KEY BLOCK, found a PGP PUBLIC KEY BLOCK',
    ],
    [
      'a secret key for a public one',
      async () => readPublicKey(await fixture('sec.asc'), { origin }),
      'KEY_INVALID',
      'found a PGP PRIVATE KEY BLOCK',
    ],
    [
      'half a key',
      async () => readSecretKey((await fixture('sec.asc')).replace(/.{64}\n/g, ''), { origin }),
      'KEY_INVALID',
      'cannot be read',
    ],
    ['an empty block', () => readPublicKey(armor(''), { origin }), 'KEY_INVALID', 'cannot be read'],
    ['too much', () => readPublicKey('A'.repeat(2_000_000), { origin }), 'KEY_INVALID', 'longer than'],
    // Tag 6, version 3, created 0, valid 0 days, RSA, two numbers of 8 bits (RFC 1991).
    [
      'a key of PGP 2',
      () => readPublicKey(armor('mQAOAwAAAAAAAAEACP8ACAM='), { origin }),
      'KEY_WEAK',
      'version 3',
    ],
    [
      'the same with the new packet header',
      () => readPublicKey(armor('xg4DAAAAAAAAAQAI/wAIAw=='), { origin }),
      'KEY_WEAK',
      'version 3',
    ],
  ])('%s is refused', async (_name, read, code, why) => {
    await expect(read()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(why),
      details: { origin },
    });
    await expect(read()).rejects.toThrow(origin);
  });
});

function armor(base64: string): string {
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${base64}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
}

describeWith('keys and gpg', lackOfTools('gpg'), () => {
  test.each([
    ['ed25519', 'pub:-:255:22:'],
    ['rsa4096', 'pub:-:4096:1:'],
  ] as const)('gpg reads our %s key, secret half included', async (algorithm, found) => {
    await using gnupg = await createGnuPg();
    const { secretArmored, fingerprint } = await newKey({ algorithm, passphrase: 'moss' });
    await gnupg.gpg(['--import'], secretArmored);
    const listed = await gnupg.gpg(['--with-colons', '--list-keys', fingerprint]);
    expect(listed).toContain(found);
    const signed = await gnupg.gpg(['--passphrase', 'moss', '--armor', '--detach-sign'], 'text');
    expect(signed).toContain('BEGIN PGP SIGNATURE');
  });

  test('a passphrase that gpg set opens the key, another does not, and none is asked for', async () => {
    await using gnupg = await createGnuPg();
    const made = await gnupg.makeKey({ algorithm: 'ed25519', passphrase: 'wet moss' });
    const secret = await readSecretKey(made.secretArmored, { origin, passphrase: 'wet moss' });
    expect(secret.info.fingerprint).toBe(made.fingerprint);
    for (const passphrase of [undefined, '', 'dry moss']) {
      const reading = readSecretKey(made.secretArmored, { origin, passphrase });
      await expect(reading).rejects.toMatchObject({
        code: 'KEY_PASSPHRASE',
        message: expect.stringMatching(new RegExp(`${made.fingerprint} of ${origin}`)),
      });
      await expect(reading).rejects.not.toThrow('moss');
    }
  });

  test('a subkey signs when the primary key is kept elsewhere', async () => {
    await using gnupg = await createGnuPg();
    const { fingerprint } = await gnupg.makeKey({ algorithm: 'rsa2048' });
    await gnupg.gpg(['--passphrase', '', '--quick-add-key', fingerprint, 'ed25519', 'sign', '1y']);
    const text = await gnupg.gpg(['--passphrase', '', '--armor', '--export-secret-subkeys', fingerprint]);
    const secret = await readSecretKey(text, { origin });
    const [subkey, primary] = secret.info.signingKeys;
    expect(subkey).toMatchObject({ algorithm: 'ed25519', available: true, boundBy: ['sha512'] });
    expect(primary).toMatchObject({ fingerprint, algorithm: 'rsa2048', available: false });
    expect(checkSigningKey(secret.info, Date.now()).signingKey).toEqual(subkey);
    const signature = await createKeySigner(secret).signDetached(Buffer.from('text'), { dateMs: Date.now() });
    expect(Buffer.from(signature).toString()).toContain('BEGIN PGP SIGNATURE');
  });

  test('a file that only stands in for the secret is refused', async () => {
    await using gnupg = await createGnuPg();
    const { fingerprint } = await gnupg.makeKey({ algorithm: 'ed25519' });
    const text = await gnupg.gpg(['--armor', '--export-secret-subkeys', fingerprint]);
    await expect(readSecretKey(text, { origin })).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('stand-in'),
      hint: expect.stringContaining('external'),
    });
  });
});

test('OpenPGP.js is loaded with the first key, not with the modules', async () => {
  const script = `
    import { registerHooks } from 'node:module';
    let loaded = 0;
    registerHooks({ resolve: (name, context, next) => { if (name === 'openpgp') loaded++; return next(name, context); } });
    for (const name of process.argv.slice(1)) await import(name);
    const before = loaded;
    const { inspectSecretKey } = await import(process.argv[1]);
    await inspectSecretKey('', { origin: '-' }).catch(() => {});
    console.log(before, loaded > 0);
  `;
  const modules = ['openpgp-key', 'openpgp-sign', 'external-signer', 'verify', 'key-store', 'signer'];
  const urls = modules.map((name) => new URL(`${name}.ts`, import.meta.url).href);
  const printed = await outputOf([process.execPath, '--input-type=module', '-e', script, ...urls]);
  expect(printed.trim()).toBe('0 true');
});
