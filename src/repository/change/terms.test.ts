import { expect, test } from 'vitest';
import { TERMS } from '../../../tests/support/intent-kit.ts';
import { createTestRepository, type TestUser } from '../../../tests/support/test-repository.ts';
import type { Committer, Proposer } from '../../ledger/manifest.ts';
import { generateLedgerKey, readLedgerKey } from '../../signing/ledger-key.ts';
import { applySettings } from '../apply-settings.ts';
import { openTail } from '../read-repository.ts';
import { checkTerms } from './terms.ts';

const CI: Proposer = { name: 'ci', actions: ['add'], to: ['deb/testing'] };
const { publicKey, keyId } = readLedgerKey(generateLedgerKey(), { origin: 'test' });

async function apply(user: TestUser) {
  const workspace = await user.workspace();
  const wanted = await workspace.configOf('deb');
  const input = { wanted, config: workspace.config, dryRun: false, breakClients: false };
  return applySettings(await user.open(), input, user.options);
}

async function proposersOf(user: TestUser): Promise<readonly Proposer[]> {
  return (await openTail(await user.open())).revision.manifest.proposers;
}

const SOME = `proposers: { ci: { actions: [add], to: [deb/testing, site] }, web: { actions: [add], to: [site] } }`;

test('a new repository starts with the proposers that concern it', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable, testing]', SOME);
  await user.publish([{ name: 'hello' }]);
  expect(await proposersOf(user)).toEqual([CI]);
  expect((await apply(user)).changes).toEqual([]);
});

test('apply shows and commits who came, who changed and who went', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable, testing]');
  await user.publish([{ name: 'hello' }]);
  expect(await proposersOf(user)).toEqual([]);

  await user.configure('channels: [stable, testing]', SOME);
  const ci = { actions: ['add'], to: ['deb/testing'] };
  expect((await apply(user)).changes).toEqual([{ setting: 'proposers.ci', before: null, after: ci }]);
  expect(await proposersOf(user)).toEqual([CI]);

  await user.configure(
    'channels: [stable, testing]',
    `proposers: { ci: { actions: [add], to: [deb/testing], key: ${publicKey} } }`,
  );
  expect((await apply(user)).changes).toEqual([
    { setting: 'proposers.ci', before: ci, after: { ...ci, key: publicKey } },
  ]);
  expect(await proposersOf(user)).toEqual([{ ...CI, publicKey }]);

  await user.configure('channels: [stable, testing]');
  expect((await apply(user)).changes).toMatchObject([{ setting: 'proposers.ci', after: null }]);
  expect(await proposersOf(user)).toEqual([]);
});

const ANN: Committer = { keyId, publicKey, name: 'ann' };

test.each<[what: string, proposers: readonly Proposer[], reason: string]>([
  [
    "a name like a committer's folder",
    [{ ...CI, name: 'ann@desk' }],
    'the name of the proposer "ann@desk" must be',
  ],
  ['a name that leaves the inbox', [{ ...CI, name: '../log' }], 'the name of the proposer "../log" must be'],
  ['a name twice', [CI, CI], "the proposer 'ci' is there twice"],
  [
    'no key',
    [{ ...CI, publicKey: 'AAAA' }],
    "the key of the proposer 'ci' is not the public part of a ledger key",
  ],
  ['the key of a committer', [{ ...CI, publicKey }], "the key of the proposer 'ci' is that of a committer"],
])('refused: %s', (_what, proposers, reason) => {
  expect(() =>
    checkTerms({ ...TERMS, committers: [ANN], proposers }, { before: undefined, holdsPackages: () => false }),
  ).toThrow(reason);
});
