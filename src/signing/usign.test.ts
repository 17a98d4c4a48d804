import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputOf, runCommand } from '../../tests/support/run-command.ts';
import { describeWith, lackOfTool } from '../../tests/support/skip.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { generateUsignKey, readUsignPublic, readUsignSecret, verifyUsign } from './usign.ts';

const fixture = (path: string): Buffer =>
  readFileSync(new URL(`../../tests/fixtures/opkg/${path}`, import.meta.url));
const secret = fixture('keys/feed.sec').toString();
const publicKey = fixture('keys/feed.pub').toString();
const id = fixture('keys/feed.fingerprint').toString().trim();
const FEED = 'feed/aarch64_cortex-a53/fixture';

/** The second line, which is all that counts. */
const payload = (text: string | Uint8Array): string | undefined =>
  Buffer.from(text).toString().split('\n')[1];

describe('a key made by usign', () => {
  const signer = readUsignSecret(secret, { origin: 'feed.sec' });

  test('has its id and its public half', () => {
    expect(signer.fingerprint).toBe(id);
    expect(payload(signer.publicKey)).toBe(payload(publicKey));
    expect(readUsignPublic(publicKey, { origin: 'feed.pub' }).fingerprint).toBe(id);
  });

  test.each([FEED, 'feed/empty'])('signs %s as usign did, byte for byte', (folder) => {
    const signature = fixture(`${folder}/Packages.sig`);
    expect(Buffer.from(signer.sign(fixture(`${folder}/Packages`))).toString()).toBe(signature.toString());
  });

  test.each<[string, (text: string) => string]>([
    ['a bit flipped in the seed', (text) => changed(text, 45)],
    ['a bit flipped in the public key', (text) => changed(text, 80)],
    ['a bit flipped in the checksum', (text) => changed(text, 25)],
    ['a passphrase', (text) => changed(text, 7)],
    ['another algorithm', (text) => changed(text, 0)],
    ['a public key', () => publicKey],
    ['no comment', (text) => text.split('\n').slice(1).join('\n')],
    ['a third line', (text) => `${text}more\n`],
    ['nothing', () => ''],
  ])('is refused with %s, and the message holds no secret', (_, damage) => {
    const read = (): unknown => readUsignSecret(damage(secret), { origin: 'feed.sec' });
    expect(read).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    expect(read).toThrow(/feed\.sec/);
    expect(read).not.toThrow(/RWRC/);
  });
});

function changed(text: string, at: number): string {
  const [comment, base64 = ''] = text.split('\n');
  const bytes = Buffer.from(base64, 'base64');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return `${comment}\n${bytes.toString('base64')}\n`;
}

test('what a new key signs verifies with its public half, and with no other bytes or keys', () => {
  const other = readUsignSecret(generateUsignKey(), { origin: 'other' });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const signer = readUsignSecret(generateUsignKey(), { origin: 'new' });
      const signature = Buffer.from(signer.sign(bytes)).toString();
      const check = (over: Uint8Array, keys: readonly string[]): void =>
        verifyUsign(over, { name: 'Packages', signature, publicKeys: keys });
      check(bytes, [other.publicKey, signer.publicKey]);
      const failed = expect.objectContaining({ code: 'VERIFY_FAILED' });
      expect(() => check(Buffer.concat([bytes, Buffer.from('x')]), [signer.publicKey])).toThrow(failed);
      expect(() => check(bytes, [other.publicKey])).toThrow(failed);
    }),
  );
});

describeWith('signify', lackOfTool('signify-openbsd'), () => {
  // usign before 2019 fails where the last block of SHA-512 is nearly full, so sizes around that are here.
  test.each([1, 46, 47, 110, 111, 174, 175, 100_000])('verifies what we sign: %i bytes', async (length) => {
    await using dir = await createTempDir('usign');
    const at = (name: string): string => join(dir.path, name);
    const signer = readUsignSecret(generateUsignKey(), { origin: 'new' });
    const bytes = Buffer.alloc(length, 'Package: hello\n');
    await writeFile(at('Packages'), bytes);
    await writeFile(at('Packages.sig'), signer.sign(bytes));
    await writeFile(at('feed.pub'), signer.publicKey);
    const argv = ['signify-openbsd', '-V', '-p', at('feed.pub'), '-x', at('Packages.sig'), '-m'] as const;
    expect(await outputOf([...argv, at('Packages')])).toContain('Signature Verified');
    await writeFile(at('Packages'), Buffer.alloc(length + 1, 'Package: hello\n'));
    expect((await runCommand([...argv, at('Packages')])).code).not.toBe(0);
  });

  test('signs with our key the same bytes, and its own keys are read', async () => {
    await using dir = await createTempDir('usign');
    const at = (name: string): string => join(dir.path, name);
    const text = generateUsignKey();
    await writeFile(at('ours.sec'), text, { mode: 0o600 });
    await writeFile(at('Packages'), 'Package: hello\n');
    await outputOf(['signify-openbsd', '-S', '-s', at('ours.sec'), '-m', at('Packages'), '-x', at('sig')]);
    const theirs = readUsignSecret(text, { origin: 'ours' }).sign(Buffer.from('Package: hello\n'));
    expect(payload(await outputOf(['cat', at('sig')]))).toBe(payload(theirs));
    await outputOf(['signify-openbsd', '-G', '-n', '-p', at('new.pub'), '-s', at('new.sec')]);
    const made = readUsignSecret(await outputOf(['cat', at('new.sec')]), { origin: 'new.sec' });
    expect(payload(made.publicKey)).toBe(payload(await outputOf(['cat', at('new.pub')])));
  });
});
