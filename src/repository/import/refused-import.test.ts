/** What is not taken over, and what it says. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type ForeignPackage,
  type ForeignSuite,
  foreignSigner,
  giveForeignKey,
  importAs,
  writeForeignSuite,
} from '../../../tests/support/foreign-repository.ts';
import { createTestRepository, keysOf, type TestUser } from '../../../tests/support/test-repository.ts';
import { generateOpenPgpKey } from '../../signing/openpgp-generate.ts';
import { readSecretKey } from '../../signing/openpgp-key.ts';
import { createKeySigner } from '../../signing/openpgp-sign.ts';
import type { ImportInput } from './import-repository.ts';

const HELLO = { name: 'hello', architecture: 'all' };
const LIB = { name: 'lib' };

async function withSuite(suite: ForeignSuite): Promise<TestUser & AsyncDisposable> {
  const user = await createTestRepository();
  await giveForeignKey(user);
  await writeForeignSuite(user, suite);
  return user;
}

/** How an import ends, and that it wrote nothing. */
async function refusal(user: TestUser, input: Partial<ImportInput> = {}): Promise<unknown> {
  const before = await keysOf(user.store);
  const error: unknown = await importAs(user, input).then(
    () => 'taken over',
    (reason: unknown) => reason,
  );
  expect(await keysOf(user.store)).toEqual(before);
  return error;
}

const BAD_PACKAGES: readonly (readonly [name: string, one: ForeignPackage, problem: string])[] = [
  ['is missing', { ...LIB, isMissing: true }, 'lib_1.0_amd64.deb: it is missing'],
  ['has other bytes', { ...LIB, stanza: { SHA256: 'a'.repeat(64) } }, 'and the index says aaaa'],
  ['has another size', { ...LIB, stanza: { Size: '12' } }, 'bytes, and the index says 12'],
  [
    'is another package',
    { ...LIB, stanza: { Package: 'other' } },
    'its name is "lib", and the index says "other"',
  ],
  [
    'has another version',
    { ...LIB, stanza: { Version: '2' } },
    'its version is "1.0", and the index says "2"',
  ],
  [
    'leaves the folder',
    { ...LIB, stanza: { Filename: '../../etc/passwd' } },
    'names no file of the repository',
  ],
  ['is an absolute path', { ...LIB, stanza: { Filename: '/etc/passwd' } }, 'names no file of the repository'],
  ['has no path', { ...LIB, stanza: { Filename: undefined } }, 'Filename "" names no file'],
  ['has a huge size', { ...LIB, stanza: { Size: '9'.repeat(30) } }, 'is no size'],
  ['has a weak digest', { ...LIB, stanza: { SHA256: undefined, MD5sum: 'x' } }, 'it has no SHA256'],
  ['has a bad name', { ...LIB, stanza: { Package: '../x' } }, 'Package'],
  ['has a field twice', { ...LIB, stanza: { 'X-A': 'x\nX-A: y' } }, 'field X-A again'],
  ['has a line that is none', { ...LIB, stanza: { 'X-A': 'x\nnonsense' } }, 'no colon'],
];

test.each(BAD_PACKAGES)('a package that %s', async (_name, one, problem) => {
  await using user = await withSuite({ packages: [one, { name: 'good' }] });
  expect(await refusal(user)).toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringMatching(/^deb: 1 package cannot be taken over\n/),
    details: { bad: [{ where: expect.any(String), problem: expect.any(String) }] },
  });
  expect(await refusal(user)).toMatchObject({ message: expect.stringContaining(problem) });
  expect(await importAs(user, { keepGoing: true })).toMatchObject({ packages: 1, bad: [{}], rev: 1 });
});

test('the same version twice, with different bytes', async () => {
  const other = { ...HELLO, content: 'other', path: 'pool/other/hello_1.0_all.deb' };
  await using user = await withSuite({ packages: [HELLO, other] });
  expect(await refusal(user)).toMatchObject({
    message: expect.stringContaining('bookworm lists hello 1.0 all twice, with different bytes'),
  });
});

const SUITES: readonly (readonly [name: string, suite: ForeignSuite, expected: object])[] = [
  ['no date', { release: { Date: undefined } }, { code: 'SETTINGS_INVALID', message: /it has no Date/ }],
  [
    'a suite that goes by neither of its names',
    { packages: [HELLO], release: { Suite: 'a', Codename: 'b' } },
    { code: 'IMPORT_REFUSED', message: /apt warns unless one of them is bookworm/ },
  ],
  [
    'source packages',
    { packages: [HELLO], others: { 'main/source/Sources': 'Package: hello\n' } },
    { code: 'IMPORT_REFUSED', message: /bookworm: source packages: main\/source\/Sources/ },
  ],
  [
    'translations',
    { packages: [HELLO], others: { 'main/i18n/Translation-de': 'Package: hello\n' } },
    { code: 'IMPORT_REFUSED', message: /translated descriptions: main\/i18n\/Translation-de/ },
  ],
];

test.each(SUITES.filter(([name]) => !/weak|leave|Release lists/.test(name)))(
  '%s',
  async (_name, suite, expected) => {
    await using user = await withSuite(suite);
    const matching = Object.fromEntries(
      Object.entries(expected).map(([key, value]) => [
        key,
        value instanceof RegExp ? expect.stringMatching(value) : value,
      ]),
    );
    expect(await refusal(user)).toMatchObject(matching);
  },
);

test('an index that is torn: somebody publishes at this moment', async () => {
  await using user = await withSuite({ packages: [HELLO] });
  await user.store.write('deb/dists/bookworm/main/binary-amd64/Packages.gz', Buffer.from('new'));
  expect(await refusal(user)).toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringContaining('Packages.gz is not the file that the signed list names'),
  });
});

test('paths in Release that leave the suite', async () => {
  const signer = await foreignSigner();
  await using user = await withSuite({ packages: [HELLO] });
  const options = { dateMs: user.clock.now() };
  const line = ` ${'0'.repeat(64)} 1 main/binary-amd64/../../../x`;
  const text = `Date: Thu, 01 Jan 2026 00:00:00 UTC\nCodename: bookworm\nSHA256:\n${line}\n`;
  await user.store.write('deb/dists/bookworm/InRelease', await signer.signClear(Buffer.from(text), options));
  expect(await refusal(user)).toMatchObject({
    code: 'SETTINGS_INVALID',
    message: expect.stringContaining('names no file'),
  });
});

test('what clients lose is asked for, and named', async () => {
  await using user = await withSuite({
    packages: [HELLO],
    others: { 'main/source/Sources': 'Package: hello\n' },
  });
  const asked: string[] = [];
  const { losses } = await importAs(user, {
    mayLose: async (all) => {
      asked.push(...all.map(({ what }) => what));
      return true;
    },
  });
  expect(losses.map(({ what }) => what)).toEqual(asked);
  expect(await keysOf(user.store, 'deb/dists/bookworm/main/source/')).toEqual([
    'deb/dists/bookworm/main/source/Sources',
  ]);
});

test('a file of keys that are not its own', async () => {
  await using user = await withSuite({ packages: [HELLO] });
  await user.store.write('deb/key.asc', Buffer.from('see https://example.org/key'));
  expect(await refusal(user)).toMatchObject({
    message: expect.stringContaining('key.asc, which holds something that is no key, is written anew'),
  });
});

test('a key that is not here', async () => {
  await using user = await createTestRepository();
  await writeForeignSuite(user, { packages: [HELLO] });
  expect(await refusal(user)).toMatchObject({
    code: 'KEY_NOT_FOUND',
    message: 'dists/bookworm/InRelease is signed by the key 73ef4bc0f0078c5a, which is not here',
    hint: expect.stringContaining('gpg --armor --export-secret-keys 73EF4BC0F0078C5A'),
  });
});

test.each(['clear', 'detached'] as const)('a signature of somebody else, %s', async (form) => {
  const made = await generateOpenPgpKey({
    userId: 'somebody',
    algorithm: 'ed25519',
    created: new Date(Date.UTC(2025, 0, 1)),
  });
  const signer = createKeySigner(await readSecretKey(made.secretArmored, { origin: 'test' }));
  await using user = await withSuite({ packages: [HELLO], signer, form });
  await user.configure('signers: [vendor]');
  expect(await refusal(user)).toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringMatching(
      /is signed by [0-9a-f]{16}, and the configured signer is 1290c607.*clients would refuse it/,
    ),
  });
  expect(await importAs(user, { newKey: true })).toMatchObject({
    rev: 1,
    signers: [(await foreignSigner()).fingerprint],
  });
});

test('a date in the future, which clients would hold against what is signed now', async () => {
  await using user = await withSuite({
    packages: [HELLO],
    release: { Date: 'Thu, 01 Jan 2032 00:00:00 UTC' },
  });
  expect(await refusal(user)).toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringContaining('dated 2032-01-01T00:00:00.000Z, which is ahead of the clock'),
  });
});

test('a key that is here, and that ended', async () => {
  const { secretArmored } = await generateOpenPgpKey({
    userId: 'short',
    algorithm: 'ed25519',
    created: new Date(Date.UTC(2026, 0, 1)),
    expiresDays: 1,
  });
  const signer = createKeySigner(await readSecretKey(secretArmored, { origin: 'test' }));
  await using user = await withSuite({ packages: [HELLO], signer });
  await writeFile(join(user.folder, '.config/pakhus/keys/short.openpgp.asc'), secretArmored, { mode: 0o600 });
  await user.clock.sleep(2 * 86_400_000);
  expect(await refusal(user)).toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringContaining('its key expired on 2026-01-02'),
    hint: expect.stringContaining('--new-key'),
  });
});

test('nobody signed', async () => {
  await using user = await withSuite({ packages: [HELLO], signer: null });
  expect(await refusal(user)).toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringContaining('dists/bookworm/Release is not signed'),
  });
  expect(await importAs(user, { newKey: true })).toMatchObject({ rev: 1, signers: [expect.any(String)] });
});

test('a flat repository, and a folder that holds none', async () => {
  await using user = await createTestRepository();
  await user.store.write('deb/readme', Buffer.from('x'));
  expect(await refusal(user)).toMatchObject({ message: expect.stringContaining('holds no repository') });
  await user.store.write('deb/Packages.gz', Buffer.from('x'));
  expect(await refusal(user)).toMatchObject({ message: expect.stringContaining('is a flat repository') });
});

test('a suite that is not there', async () => {
  await using user = await withSuite({ packages: [HELLO] });
  expect(await refusal(user, { channels: ['trixie'] })).toMatchObject({
    message: "there is no suite 'trixie'",
    hint: 'There are bookworm.',
  });
});
