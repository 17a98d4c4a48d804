import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DAY } from '../../../tests/support/collection-kit.ts';
import {
  createPacmanUser,
  findingsOf,
  publishArch,
  readDatabase,
  signedBy,
  writeArchPackages,
} from '../../../tests/support/pacman-kit.ts';
import type { TestUser } from '../../../tests/support/test-repository.ts';
import { publishFiles } from '../publish-files.ts';
import { openTail } from '../read-repository.ts';

const DATABASE = 'pacman/x86_64/pacman';

/** Publishes a package with what `sign` makes of it beside it. Gives the warnings. */
async function publishSigned(
  user: TestUser,
  sign: (bytes: Uint8Array) => Promise<Uint8Array>,
): Promise<readonly string[]> {
  const [path = ''] = await writeArchPackages(join(user.folder, randomUUID()), [{ name: 'tool' }]);
  await writeFile(`${path}.sig`, await sign(await readFile(path)));
  const warnings: string[] = [];
  const input = { paths: [path], cwd: user.folder, to: undefined, keepGoing: false, dryRun: false };
  await publishFiles(
    await user.workspace(),
    { ...input, mayCreate: async () => true },
    {
      ...user.options,
      report: (event) => {
        if (event.type === 'warning') warnings.push(event.code);
      },
    },
  );
  return warnings;
}

/** A repository with one package, and its key. */
async function createUser() {
  const user = await createPacmanUser();
  await publishArch(user, [{ name: 'docs' }]);
  const repository = await user.open('pacman');
  const { signers } = (await openTail(repository)).content;
  const sign = await repository.keys.openSigner(signers, { nowMs: user.clock.now() });
  user.clock.advance(DAY);
  return {
    user,
    publicKey: signers[0]?.publicKey ?? '',
    sign: (bytes: Uint8Array) => sign('binary', bytes),
    [Symbol.asyncDispose]: user[Symbol.asyncDispose],
  };
}

test('one of the key that signs here is the one that machines get', async () => {
  await using made = await createUser();
  let signature: Uint8Array | undefined;
  const warnings = await publishSigned(made.user, async (bytes) => {
    signature = await made.sign(bytes);
    return signature;
  });
  expect(warnings).toEqual([]);
  const listed = await readDatabase(made.user.store, DATABASE);
  expect(listed.find(({ name }) => name === 'tool')?.signature).toEqual(signature);
  expect(await findingsOf(made.user)).toEqual([]);
});

test.each<[what: string, sign: (own: Uint8Array) => Uint8Array]>([
  ['no signature at all', () => Buffer.from('-----BEGIN PGP SIGNATURE-----\n')],
  ['nothing', () => new Uint8Array()],
  ['too long', () => new Uint8Array(20_000)],
])('one that is %s is told, and the package signed anew', async (_, make) => {
  await using made = await createUser();
  const warnings = await publishSigned(made.user, async (bytes) => make(bytes));
  expect(warnings).toEqual(['pacman-other-signature']);
  expect(await signedBy(made.user.store, DATABASE, made.publicKey)).toEqual(['docs', 'tool']);
  expect(await findingsOf(made.user)).toEqual([]);
});

test('one of other bytes, and one of another key, are not taken', async () => {
  await using made = await createUser();
  await using other = await createUser();
  expect(await publishSigned(made.user, () => made.sign(Buffer.from('other bytes')))).toHaveLength(1);
  await using again = await createUser();
  expect(await publishSigned(again.user, other.sign)).toHaveLength(1);
  expect(await signedBy(again.user.store, DATABASE, again.publicKey)).toEqual(['docs', 'tool']);
});
