import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../tests/support/run-command.ts';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import {
  generateLedgerKey,
  isLedgerPublicKey,
  ledgerKeyId,
  readLedgerKey,
  verifyLedger,
} from './ledger-key.ts';

const origin = 'ledger.pem';
const bytes = Buffer.from('{"pakhus":1}');

/** RFC 8032 section 7.1, test 1: a known secret, its public half and the signature of nothing. */
const RFC8032 = {
  secret: [
    '-----BEGIN PRIVATE KEY-----',
    'MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g',
    '-----END PRIVATE KEY-----',
    '',
  ].join('\n'),
  publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  signature: '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==',
};

describe('a new key', () => {
  test('is a file with one comment line that says its id and public half', () => {
    const text = generateLedgerKey();
    const { keyId, publicKey } = readLedgerKey(text, { origin });
    expect(text.split('\n')[0]).toBe(`# pakhus ledger key ${keyId}, public ${publicKey}`);
    expect(text).toMatch(
      /^#.*\n-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=]{64}\n-----END PRIVATE KEY-----\n$/,
    );
    expect(keyId).toMatch(/^[0-9a-f]{32}$/);
    expect(ledgerKeyId(publicKey)).toBe(keyId);
  });

  test('is another one every time', () => {
    expect(generateLedgerKey()).not.toBe(generateLedgerKey());
  });
});

describe('signing', () => {
  test('is plain Ed25519', () => {
    const key = readLedgerKey(RFC8032.secret, { origin });
    expect(key.publicKey).toBe(RFC8032.publicKey);
    expect(key.sign(new Uint8Array())).toBe(RFC8032.signature);
  });

  test('holds for the bytes that were signed, and for no others', () => {
    const key = readLedgerKey(RFC8032.secret, { origin });
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (signed, others) => {
        const signature = key.sign(signed);
        expect(verifyLedger(signed, signature, key.publicKey)).toBe(true);
        expect(verifyLedger(others, signature, key.publicKey)).toBe(Buffer.compare(signed, others) === 0);
      }),
    );
  });

  test('does not hold for another key', () => {
    const signature = readLedgerKey(generateLedgerKey(), { origin }).sign(bytes);
    expect(verifyLedger(bytes, signature, RFC8032.publicKey)).toBe(false);
  });

  test.each([
    ['no signature', '', RFC8032.publicKey],
    ['a short one', RFC8032.signature.slice(4), RFC8032.publicKey],
    ['another spelling of it', RFC8032.signature.replace('Cw==', 'Cx=='), RFC8032.publicKey],
    ['without padding', RFC8032.signature.replaceAll('=', ''), RFC8032.publicKey],
    ['with a line end', `${RFC8032.signature}\n`, RFC8032.publicKey],
    ['as base64url', RFC8032.signature.replaceAll('+', '-').replaceAll('/', '_'), RFC8032.publicKey],
    ['no key', RFC8032.signature, ''],
    ['a key of another length', RFC8032.signature, 'AAAA'],
    ['another spelling of the key', RFC8032.signature, RFC8032.publicKey.replace('Ro=', 'Rp=')],
    ['a key that is no point of the curve', RFC8032.signature, Buffer.alloc(32, 0xff).toString('base64')],
  ])('%s does not hold', (_name, signature, publicKey) => {
    expect(verifyLedger(new Uint8Array(), signature, publicKey)).toBe(false);
  });
});

test('a public key is recognised', () => {
  expect(isLedgerPublicKey(RFC8032.publicKey)).toBe(true);
  expect(isLedgerPublicKey(RFC8032.publicKey.slice(0, -1))).toBe(false);
  expect(() => ledgerKeyId('hello')).toThrow();
});

describe('a file that is no ledger key', () => {
  const pem = (
    type: 'pkcs8' | 'pkcs1',
    key = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
  ) => key.export({ format: 'pem', type }).toString();

  test.each<[string, () => string, string]>([
    ['nothing', () => '', 'expected one PEM block, found 0'],
    ['two keys', () => RFC8032.secret + RFC8032.secret, 'expected one PEM block, found 2'],
    ['too long', () => '#'.repeat(20_000), 'longer than'],
    ['RSA', () => pem('pkcs8'), 'expected Ed25519, found rsa'],
    ['an old form', () => pem('pkcs1'), 'found a RSA PRIVATE KEY'],
    ['no PKCS #8', () => RFC8032.secret.replace('MC4C', 'MC4D'), 'no PKCS #8 key'],
    [
      'a locked key',
      () =>
        generateKeyPairSync('ed25519')
          .privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'moss' })
          .toString(),
      'found a ENCRYPTED PRIVATE KEY',
    ],
  ])('%s', (_name, make, why) => {
    const text = make();
    expect(() => readLedgerKey(text, { origin })).toThrow(
      expect.objectContaining({
        code: 'KEY_INVALID',
        message: expect.stringContaining(why),
        details: { origin },
      }),
    );
    expect(() => readLedgerKey(text, { origin })).toThrow(origin);
  });
});

describeWith('openssl', lackOfTools('openssl'), () => {
  test('reads the file as it is', async () => {
    const { code, stdout } = await runCommand(['openssl', 'pkey', '-noout', '-text'], {
      input: generateLedgerKey(),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('ED25519 Private-Key');
  });
});
