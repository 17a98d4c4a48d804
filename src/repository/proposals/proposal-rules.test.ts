import { describe, expect, test } from 'vitest';
import {
  apply,
  inspected,
  SETTINGS,
  STABLE,
  settings,
  TERMS,
  TESTING,
} from '../../../tests/support/intent-kit.ts';
import type { Proposer } from '../../ledger/manifest.ts';
import { parseActions } from '../change/action-codec.ts';
import type { Action } from '../change/actions.ts';
import { checkProposal } from './proposal-rules.ts';

const ALL = ['add', 'remove', 'promote', 'rollback', 'settings', 'pin', 'unpin', 'resign'];
const PACKAGE = { name: 'hello', version: '1.0', architecture: 'amd64' };
const SHA256 = 'a'.repeat(64);
const PIN = { rev: 1, name: 'x' };

function addFile(to = TESTING, { name = '0-hello.deb', sizeBytes = 10, sha256 = SHA256 } = {}): object {
  return { type: 'add', to, inbox: `${sha256} ${sizeBytes} ${name}` };
}

/** Why `actions` are refused; undefined: they are not. */
function refusal(actions: readonly object[], proposer: Partial<Proposer> = {}): string | undefined {
  const ci: Proposer = { name: 'ci', actions: ALL, to: ['tools/testing'], ...proposer };
  try {
    checkProposal(ci, parseActions(actions), { repository: 'tools', terms: TERMS });
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

const ASKED: Readonly<Record<string, object>> = {
  add: addFile(),
  remove: { type: 'remove', from: TESTING, package: PACKAGE },
  promote: { type: 'promote', from: STABLE, to: TESTING, package: PACKAGE, sha256: SHA256 },
  rollback: { type: 'rollback', place: { channel: 'testing' }, to: 1 },
};

describe('a proposer may', () => {
  test.each(Object.entries(ASKED))('%s, where it is listed', (name, action) => {
    expect(refusal([action], { actions: [name] })).toBeUndefined();
  });

  test.each(Object.entries(ASKED))('not %s, where it is not listed', (name, action) => {
    const others = ALL.filter((one) => one !== name);
    expect(refusal([action], { actions: others })).toBe(
      `the proposer 'ci' may not ask for '${name}', only for ${others.join(', ')}`,
    );
  });

  test.each<[what: string, action: object, where: string]>([
    ['add', addFile(STABLE), 'tools/stable/main'],
    ['remove', { type: 'remove', from: STABLE, package: PACKAGE }, 'tools/stable/main'],
    [
      'promote',
      { type: 'promote', from: TESTING, to: STABLE, package: PACKAGE, sha256: SHA256 },
      'tools/stable/main',
    ],
    ['roll back', { type: 'rollback', place: { channel: 'stable' }, to: 1 }, 'tools/stable'],
    ['roll back everything', { type: 'rollback', place: {}, to: 1 }, 'tools'],
    [
      'roll back a component of all channels',
      { type: 'rollback', place: { component: 'main' }, to: 1 },
      'tools/main',
    ],
  ])('not %s elsewhere', (_what, action, where) => {
    expect(refusal([action])).toBe(`the proposer 'ci' may not change ${where}, only tools/testing`);
  });

  test('roll back everything where it may change everything', () => {
    expect(refusal([{ type: 'rollback', place: {}, to: 1 }], { to: ['tools'] })).toBeUndefined();
    expect(refusal([{ type: 'rollback', place: {}, to: 1 }], { to: ['*/*/*'] })).toBeUndefined();
  });

  test('never name a file of the public folder', () => {
    const path = 'pool/main/s/secret/secret_1.0_amd64.deb';
    expect(refusal([{ type: 'add', to: TESTING, files: `${SHA256} 10 ${path}` }])).toBe(
      `only a committer may name a file of the public folder: ${path}`,
    );
  });

  test.each<[string, object]>([
    ['pin', { type: 'pin', pin: PIN }],
    ['unpin', { type: 'unpin', pin: PIN }],
    ['resign', { type: 'resign', channels: ['testing'] }],
  ])('never ask for %s, whatever is listed', (name, action) => {
    expect(refusal([action], { to: ['*'] })).toBe(`only a committer may ask for '${name}'`);
  });

  test('not hide one thing among others', () => {
    expect(refusal([addFile(), addFile(), addFile(STABLE)])).toContain('may not change tools/stable/main');
  });
});

describe('settings of a repository', () => {
  const more = settings({ settings: { ...SETTINGS, keep: 3 } });

  test('may be proposed by who may change all of it', () => {
    expect(refusal([more], { to: ['tools'] })).toBeUndefined();
    expect(refusal([more])).toBe("the proposer 'ci' may not change the settings of all of tools");
    expect(refusal([more], { to: ['tools/*/main'] })).toContain('may not change the settings');
  });

  test.each<[what: string, change: object]>([
    ['signers', { signers: [{ fingerprint: 'e'.repeat(40), publicKey: 'mine' }] }],
    ['signers', { signers: [] }],
    ['committers', { committers: [...TERMS.committers, { keyId: 'x', publicKey: 'x', name: 'ci' }] }],
    ['proposers', { proposers: [{ name: 'ci', actions: ALL, to: ['*'] }] }],
  ])('never with other %s', (what, change) => {
    expect(refusal([settings(change)], { to: ['*'] })).toBe(
      `only a committer may change the ${what} of a repository`,
    );
  });

  test('never make a repository', () => {
    expect(refusal([settings({ create: true })], { to: ['*'] })).toBe(
      'only a committer may make a repository',
    );
  });
});

describe('a proposal is limited, also that of a committer', () => {
  const many = (count: number, sizeBytes: number): readonly Action[] =>
    parseActions(Array.from({ length: count }, () => addFile(TESTING, { name: 'f', sizeBytes })));

  test.each<[what: string, actions: readonly Action[], reason: string | undefined]>([
    ['1,000 files', many(1000, 1), undefined],
    ['1,001 files', many(1001, 1), 'it has 1001 files, and a proposal has 1000 at most'],
    ['a file of 4 GiB', many(1, 4 * 1024 ** 3), undefined],
    ['a larger file', many(1, 4 * 1024 ** 3 + 1), 'f has 4294967297 bytes'],
    ['16 GiB', many(4, 4 * 1024 ** 3), undefined],
    ['more than 16 GiB', many(5, 4 * 1024 ** 3), 'its files have 21474836480 bytes'],
    ['an empty file', many(1, 0), 'f has 0 bytes'],
  ])('%s', (_what, actions, reason) => {
    const check = (): void => checkProposal(undefined, actions, { repository: 'tools', terms: TERMS });
    if (reason === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(reason);
  });
});

test('a bad proposal does nothing at all, and the next one is done', async () => {
  const good = inspected('new', { sha256: 'b'.repeat(64) });
  const { settled, added } = await apply(
    [
      [addFile(TESTING, { name: 'new', sha256: 'b'.repeat(64) }), addFile(STABLE)],
      [addFile(TESTING, { name: 'new', sha256: 'b'.repeat(64) })],
    ],
    { terms: TERMS, proposer: { name: 'ci', actions: ['add'], to: ['tools/testing'] }, inbox: { new: good } },
  );
  expect(settled).toEqual([
    { ref: '1', rejected: "the proposer 'ci' may not change tools/stable/main, only tools/testing" },
    { ref: '2' },
  ]);
  expect(added.map(({ name }) => name)).toEqual(['new']);
});
