import { chmod, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import { loadConfig } from '../../config/load-config.ts';
import { generateLedgerKey, readLedgerKey } from '../../signing/ledger-key.ts';
import { generateOpenPgpKey } from '../../signing/openpgp-generate.ts';
import { type KeysInput, openKeys } from './keys.ts';

const NOW = Date.UTC(2026, 5, 1);
const AT = { nowMs: NOW, signedBy: 'openpgp' } as const;

/** A home with a folder of keys, a store beside it, and the keys of the repository `deb` in it. */
async function home() {
  const dir = await createTempDir('keys');
  const keys = join(dir.path, 'keys');
  await mkdir(keys, { mode: 0o700 });
  await mkdir(join(dir.path, 'store'));
  const open = async (
    env: Readonly<Record<string, string>> = {},
    input: Partial<KeysInput> & { readonly store?: string } = {},
  ) => {
    const { store = 'store', ...rest } = input;
    const all = { PAKHUS_KEYS: keys, ...env };
    const config = await loadConfig({ cwd: dir.path, env: all, home: dir.path, flags: { store } });
    return openKeys({ config, env: all, repository: 'deb', signers: [], ...rest });
  };
  return { path: dir.path, keys, open, [Symbol.asyncDispose]: dir[Symbol.asyncDispose] };
}

async function openPgpKey(userId: string, options: { passphrase?: string } = {}) {
  return generateOpenPgpKey({ userId, algorithm: 'ed25519', created: new Date(NOW - 60_000), ...options });
}

async function writeKey(
  folder: string,
  { name, content }: { name: string; content: string },
): Promise<string> {
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

describe('the keys of a repository that is made', () => {
  test('are files for their owner alone, named after store and repository', async () => {
    await using at = await home();
    const keys = await at.open();
    const ledger = await keys.ledgerSigner({ create: true });
    const [signer] = await keys.makeSigners(AT);
    const files = (await readdir(at.keys)).sort();
    expect(files).toEqual([
      expect.stringMatching(/^[0-9a-f]{12}\.deb\.ledger\.pem$/),
      expect.stringMatching(/^[0-9a-f]{12}\.deb\.openpgp\.asc$/),
    ]);
    for (const file of files) expect((await stat(join(at.keys, file))).mode & 0o777).toBe(0o600);

    const again = await at.open();
    expect((await again.ledgerSigner({ create: true }))?.keyId).toBe(ledger?.keyId);
    expect(await again.makeSigners(AT)).toEqual([signer]);
  });

  test('of two first publishes at once are the same', async () => {
    await using at = await home();
    const [one, two] = await Promise.all([at.open(), at.open()]);
    const ids = await Promise.all(
      [one, two].map(async (keys) => (await keys.ledgerSigner({ create: true }))?.keyId),
    );
    expect(ids[0]).toBe(ids[1]);
    const [a, b] = await Promise.all([one.makeSigners(AT), two.makeSigners(AT)]);
    expect(a).toEqual(b);
  });

  test('are dropped again by who made them, and by nobody else', async () => {
    await using at = await home();
    const maker = await at.open();
    await maker.ledgerSigner({ create: true });
    await maker.makeSigners(AT);
    const other = await at.open();
    await other.ledgerSigner({ create: true });
    await other.dropMade();
    expect(await readdir(at.keys)).toHaveLength(2);
    await maker.dropMade();
    expect(await readdir(at.keys)).toEqual([]);
  });

  test('are locked when there is a passphrase', async () => {
    await using at = await home();
    const signers = await (await at.open({ PAKHUS_SIGNING_PASSPHRASE: 'secret' })).makeSigners(AT);
    await expect((await at.open()).openSigner(signers, { nowMs: NOW })).rejects.toMatchObject({
      code: 'KEY_PASSPHRASE',
      exitCode: 4,
    });
    const sign = await (await at.open({ PAKHUS_SIGNING_PASSPHRASE: 'secret' })).openSigner(signers, {
      nowMs: NOW,
    });
    expect(Buffer.from(await sign('clear', Buffer.from('text\n'))).toString()).toMatch(
      /^-----BEGIN PGP SIGNED/,
    );
  });

  test('come from the environment instead, where it has them', async () => {
    await using at = await home();
    const { secretArmored, fingerprint } = await openPgpKey('ci');
    const ledger = generateLedgerKey();
    const keys = await at.open({ PAKHUS_SIGNING_KEY: secretArmored, PAKHUS_LEDGER_KEY: ledger });
    expect((await keys.ledgerSigner({ create: true }))?.keyId).toBe(
      readLedgerKey(ledger, { origin: '' }).keyId,
    );
    expect((await keys.makeSigners(AT)).map((one) => one.fingerprint)).toEqual([fingerprint]);
    expect(await readdir(at.keys)).toEqual([]);
  });
});

describe('signers that the configuration names', () => {
  test('are found by fingerprint and by file name, each once', async () => {
    await using at = await home();
    const [first, second] = [await openPgpKey('first'), await openPgpKey('second')];
    await writeKey(at.keys, { name: 'first.openpgp.asc', content: first.secretArmored });
    await writeKey(at.keys, { name: 'second.openpgp.asc', content: second.secretArmored });
    const keys = await at.open({}, { signers: [first.fingerprint, 'second', 'first'] });
    expect((await keys.configuredSigners(AT))?.map((one) => one.fingerprint)).toEqual([
      first.fingerprint,
      second.fingerprint,
    ]);
  });

  test('are undefined where nothing is named', async () => {
    await using at = await home();
    expect(await (await at.open()).configuredSigners(AT)).toBeUndefined();
  });

  test('that clients refuse are refused here, with the reason', async () => {
    await using at = await home();
    const { secretArmored } = await openPgpKey('future');
    const keys = await at.open({ PAKHUS_SIGNING_KEY: secretArmored });
    await expect(keys.configuredSigners({ ...AT, nowMs: NOW - 25 * 3_600_000 })).rejects.toMatchObject({
      code: 'KEY_WEAK',
    });
  });
});

describe('opening the signers of a revision', () => {
  test('needs every secret key, and names those that are missing', async () => {
    await using at = await home();
    const [here, gone, lost] = [await openPgpKey('here'), await openPgpKey('gone'), await openPgpKey('lost')];
    await writeKey(at.keys, { name: 'here.openpgp.asc', content: here.secretArmored });
    const signers = [here, gone, lost].map(({ fingerprint, publicArmored }) => ({
      fingerprint,
      publicKey: publicArmored,
    }));
    await expect((await at.open()).openSigner(signers, { nowMs: NOW })).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
      exitCode: 4,
      message: `The secret key of ${gone.fingerprint} and ${lost.fingerprint} is not here (looked in ${at.keys} and the environment)`,
      hint: expect.stringContaining('PAKHUS_SIGNING_KEY_FILE'),
    });
  });

  test.each([
    ['no passphrase', {}, 'asks for a passphrase, and there is none'],
    [
      'a wrong passphrase',
      { PAKHUS_SIGNING_PASSPHRASE: 'wrong' },
      'is not opened by the passphrase that was given',
    ],
  ])('%s', async (_what, env, message) => {
    await using at = await home();
    const locked = await openPgpKey('locked', { passphrase: 'right' });
    const path = await writeKey(at.keys, { name: 'locked.openpgp.asc', content: locked.secretArmored });
    const signers = [{ fingerprint: locked.fingerprint, publicKey: locked.publicArmored }];
    await expect((await at.open(env)).openSigner(signers, { nowMs: NOW })).rejects.toMatchObject({
      code: 'KEY_PASSPHRASE',
      exitCode: 4,
      message: expect.stringContaining(message),
    });
    await expect((await at.open(env)).openSigner(signers, { nowMs: NOW })).rejects.toMatchObject({
      message: expect.stringContaining(path),
    });
  });
});

describe('a ledger key whose file has another name', () => {
  test('is found by its id: the store has moved, or somebody made the key by hand', async () => {
    await using at = await home();
    const made = await (await at.open()).ledgerSigner({ create: true });
    if (made === undefined) throw new Error('no key');
    const moved = await at.open({}, { store: 'elsewhere' });
    expect(await moved.ledgerSigner()).toBeUndefined();
    expect((await moved.findLedgerSigner(async () => ['other', made.keyId]))?.keyId).toBe(made.keyId);
    expect(await moved.findLedgerSigner(async () => ['other'])).toBeUndefined();
  });

  test('is not looked for in an empty folder', async () => {
    await using at = await home();
    const never = async (): Promise<never> => {
      throw new Error('asked');
    };
    expect(await (await at.open()).findLedgerSigner(never)).toBeUndefined();
  });
});

describe('a secret key inside the store is refused', () => {
  const inside = {
    code: 'CONFIG_INVALID',
    exitCode: 2,
    message: expect.stringContaining('lies in the store'),
  };

  test('before it is made', async () => {
    await using at = await home();
    const env = { PAKHUS_KEYS: join(at.path, 'store/keys') };
    await expect((await at.open(env)).ledgerSigner({ create: true })).rejects.toMatchObject(inside);
    await expect((await at.open(env)).makeSigners(AT)).rejects.toMatchObject(inside);
    expect(await readdir(join(at.path, 'store'))).toEqual([]);
  });

  test('before it is read', async () => {
    await using at = await home();
    const outside = await at.open();
    await outside.ledgerSigner({ create: true });
    const signers = await outside.makeSigners(AT);
    const store = join(at.path, 'store/keys');
    await mkdir(store);
    for (const file of await readdir(at.keys)) await copyFile(join(at.keys, file), join(store, file));
    await chmod(store, 0o700);
    const keys = await at.open({ PAKHUS_KEYS: store });
    await expect(keys.ledgerSigner()).rejects.toMatchObject(inside);
    await expect(keys.openSigner(signers, { nowMs: NOW })).rejects.toMatchObject(inside);
  });

  test('when the environment names its file', async () => {
    await using at = await home();
    const path = await writeKey(join(at.path, 'store'), {
      name: 'k.asc',
      content: (await openPgpKey('x')).secretArmored,
    });
    const keys = await at.open({ PAKHUS_SIGNING_KEY_FILE: path });
    await expect(keys.configuredSigners(AT)).rejects.toMatchObject(inside);
    const ledger = await writeKey(join(at.path, 'store'), { name: 'l.pem', content: generateLedgerKey() });
    await expect((await at.open({ PAKHUS_LEDGER_KEY_FILE: ledger })).ledgerSigner()).rejects.toMatchObject(
      inside,
    );
  });
});
