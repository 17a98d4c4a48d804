import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTempDir } from '../../tests/support/temp.ts';
import { createKeyFile, keyFileName } from './key-file.ts';
import { findByFingerprint, findSigningKey, listKeys } from './key-store.ts';
import { generateLedgerKey, readLedgerKey } from './ledger-key.ts';
import { generateOpenPgpKey } from './openpgp-generate.ts';

const openPgp = (passphrase?: string) =>
  generateOpenPgpKey({
    userId: 'Tools',
    algorithm: 'ed25519',
    created: new Date('2026-01-01'),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
const nameOf = (repository: string, kind: 'openpgp' | 'ledger') =>
  keyFileName({ storeId: 'srv', repository, kind });

test('a folder that does not exist has no keys', async () => {
  await using dir = await createTempDir('keys');
  expect(await listKeys(join(dir.path, 'keys'))).toEqual({ keys: [], problems: [], lints: [] });
});

test('a folder that others may write to is reported', async () => {
  await using dir = await createTempDir('keys');
  await chmod(dir.path, 0o777);
  const { lints } = await createKeyFile(dir.path, { name: 'a.ledger.pem', content: generateLedgerKey() });
  expect(lints).toMatchObject([{ code: 'key-folder-open' }]);
  expect(await listKeys(dir.path)).toMatchObject({ keys: [{ lints: [] }], lints });
});

test('a folder that is none is an error', async () => {
  await using dir = await createTempDir('keys');
  await writeFile(join(dir.path, 'keys'), '');
  await expect(listKeys(join(dir.path, 'keys'))).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
});

test('keys are listed by name with what is public of them', async () => {
  await using dir = await createTempDir('keys');
  const [tools, locked, ledger] = [await openPgp(), await openPgp('moss'), generateLedgerKey()];
  await createKeyFile(dir.path, { name: nameOf('tools', 'openpgp'), content: tools.secretArmored });
  await createKeyFile(dir.path, { name: nameOf('locked', 'openpgp'), content: locked.secretArmored });
  await createKeyFile(dir.path, { name: nameOf('tools', 'ledger'), content: ledger });
  const { keyId, publicKey } = readLedgerKey(ledger, { origin: '' });
  const { keys, problems } = await listKeys(dir.path);
  expect(problems).toEqual([]);
  expect(keys).toMatchObject([
    { kind: 'openpgp', name: 'srv.locked.openpgp.asc', fingerprint: locked.fingerprint, encrypted: true },
    { kind: 'ledger', name: 'srv.tools.ledger.pem', fingerprint: keyId, publicKey },
    {
      kind: 'openpgp',
      path: join(dir.path, 'srv.tools.openpgp.asc'),
      fingerprint: tools.fingerprint,
      publicKey: tools.publicArmored,
      encrypted: false,
      info: { algorithm: 'ed25519' },
      lints: [],
    },
  ]);
  expect(JSON.stringify(keys)).not.toContain('PRIVATE');
});

test('what cannot be read is a problem beside the others, and other files are left alone', async () => {
  await using dir = await createTempDir('keys');
  await createKeyFile(dir.path, { name: 'a.ledger.pem', content: generateLedgerKey() });
  await createKeyFile(dir.path, { name: 'b.ledger.pem', content: 'hello' });
  await createKeyFile(dir.path, { name: 'c.openpgp.asc', content: (await openPgp()).publicArmored });
  await mkdir(join(dir.path, 'd.ledger.pem'));
  await writeFile(join(dir.path, 'notes.txt'), '');
  await writeFile(join(dir.path, '.x.ledger.pem'), '');
  const { keys, problems } = await listKeys(dir.path);
  expect(keys.map(({ name }) => name)).toEqual(['a.ledger.pem']);
  expect(problems.map(({ code, message }) => [code, /[bcd]\.[a-z]+\.[a-z]+/.exec(message)?.[0]])).toEqual([
    ['KEY_INVALID', 'b.ledger.pem'],
    ['KEY_INVALID', 'c.openpgp.asc'],
    ['KEY_INVALID', 'd.ledger.pem'],
  ]);
});

test('a key is found by its fingerprint, however it is written', async () => {
  await using dir = await createTempDir('keys');
  const [pair, ledger] = [await openPgp(), generateLedgerKey()];
  await createKeyFile(dir.path, { name: 'a.openpgp.asc', content: pair.secretArmored });
  await createKeyFile(dir.path, { name: 'b.ledger.pem', content: ledger });
  const spelled = pair.fingerprint.toUpperCase().replace(/.{4}/g, '$& ');
  for (const fingerprint of [pair.fingerprint, pair.fingerprint.toUpperCase(), spelled]) {
    expect(await findByFingerprint(dir.path, fingerprint)).toMatchObject({ name: 'a.openpgp.asc' });
  }
  const { keyId } = readLedgerKey(ledger, { origin: '' });
  expect(await findByFingerprint(dir.path, keyId)).toMatchObject({ name: 'b.ledger.pem' });
  for (const fingerprint of ['', pair.fingerprint.slice(-16), '0'.repeat(40)]) {
    expect(await findByFingerprint(dir.path, fingerprint)).toBeUndefined();
  }
});

test('a signing key is found by fingerprint or by the name of its file', async () => {
  await using dir = await createTempDir('keys');
  const key = await openPgp();
  const other = await openPgp();
  await createKeyFile(dir.path, { name: 'release.openpgp.asc', content: key.secretArmored });
  await createKeyFile(dir.path, { name: 'spare.openpgp.asc', content: other.secretArmored });
  await createKeyFile(dir.path, { name: 'machine.ledger.pem', content: generateLedgerKey() });
  for (const name of [key.fingerprint, key.fingerprint.toUpperCase(), 'release', 'release.openpgp.asc'])
    expect(await findSigningKey(dir.path, { name, kind: 'openpgp' }), name).toMatchObject({
      fingerprint: key.fingerprint,
    });
  for (const name of ['machine', 'machine.ledger.pem', 'rel', '../release'])
    expect(await findSigningKey(dir.path, { name, kind: 'openpgp' }), name).toBeUndefined();
});
