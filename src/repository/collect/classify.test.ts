import { describe, expect, test } from 'vitest';
import { deb } from '../../formats/deb/index.ts';
import type { ObjectInfo } from '../../storage/storage.ts';
import { classifyFile, classifyState, type StateRules, type TreeRules, type Verdict } from './classify.ts';

const DAY = 24 * 3_600_000;
const NOW = 100 * DAY;
const HASH = 'a'.repeat(64);
const POOL = 'pool/main/h/hello/hello_1.0_amd64.deb';
const BY_HASH = `dists/stable/main/binary-amd64/by-hash/SHA256/${HASH}`;
const BLOB = `blob/01aryz6s41tsv4rrffq69g5fav-${HASH}`;

function object(key: string, days = 20): ObjectInfo {
  return { key, sizeBytes: 1, modifiedMs: NOW - days * DAY, etag: '' };
}

const TREE: TreeRules = {
  names: new Map([
    ['pool/main/n/named/named_1_all.deb', { kind: 'package', reason: 'current' }],
    ['dists/stable/InRelease', { kind: 'index', reason: 'current' }],
  ]),
  brief: new Set(),
  proposed: new Set(),
  gone: new Map([
    ['dists/old/InRelease', { path: 'dists/old/InRelease', since: 5 }],
    ['dists/older/InRelease', { path: 'dists/older/InRelease', since: 4 }],
  ]),
  stale: new Set(),
  keptFrom: 4,
  agedMs: NOW - 14 * DAY,
  isForeign: (path: string) => path.startsWith('pool/main/f/foreign/'),
  kindOf: deb.kindOf,
};

describe('an object of the public folder', () => {
  test.each(['pool/main/n/named/named_1_all.deb', 'dists/stable/InRelease'])(
    '%s is named and stays',
    (key) => {
      expect(classifyFile(object(key, 90), TREE).reason).toBe('current');
    },
  );

  test.each<[what: string, key: string, days: number, rules: Partial<TreeRules>, expected: Verdict]>([
    ['a package of nobody', POOL, 14, {}, { kind: 'package', reason: 'collectable' }],
    ['a young package of nobody', POOL, 13, {}, { kind: 'package', reason: 'unnamed' }],
    ['a package of a proposal', POOL, 20, { proposed: new Set([POOL]) }, { kind: 'package', reason: 'open' }],
    ['an index of nobody', BY_HASH, 14, {}, { kind: 'index', reason: 'collectable' }],
    [
      'an index of a minute',
      BY_HASH,
      2,
      { brief: new Set([BY_HASH]) },
      { kind: 'index', reason: 'collectable' },
    ],
    ['a fixed name of before', 'dists/older/InRelease', 1, {}, { kind: 'index', reason: 'collectable' }],
    ['a fixed name of lately', 'dists/old/InRelease', 90, {}, { kind: 'index', reason: 'grace' }],
    [
      'a stale signature of lately',
      'dists/old/InRelease',
      1,
      { stale: new Set(['dists/old/InRelease']) },
      { kind: 'index', reason: 'collectable' },
    ],
  ])('%s', (_what, key, days, rules, expected) => {
    expect(classifyFile(object(key, days), { ...TREE, ...rules })).toEqual(expected);
  });

  test.each([
    'index.html',
    'pool/README',
    'pool/main/h/hello/hello_1.0.dsc',
    'pool/hello.deb',
    'other/pool/main/h/hello/hello_1.0_amd64.deb',
    'dists/stable/InRelease.old',
    'dists/foreign/InRelease',
    `dists/stable/main/binary-amd64/by-hash/MD5Sum/${HASH.slice(0, 32)}`,
    `dists/stable/main/binary-amd64/by-hash/SHA256/${HASH}.bak`,
    `by-hash/SHA256/${HASH}`,
  ])('%s is not of pakhus, and stays', (key) => {
    expect(classifyFile(object(key, 90), TREE)).toEqual({ kind: 'other', reason: 'foreign' });
  });
});

describe('an object of the state folder', () => {
  const STATE: StateRules = {
    names: new Map([['blob/named', { kind: 'ledger', reason: 'pinned' }]]),
    brief: new Set(['blob/brief']),
    agedMs: NOW - 14 * DAY,
    rev: 7,
  };

  test.each<[key: string, days: number, reason: Verdict['reason']]>([
    ['blob/named', 90, 'pinned'],
    ['blob/brief', 2, 'collectable'],
    [BLOB, 14, 'collectable'],
    [BLOB, 13, 'unnamed'],
    ['claim/0000000007-000', 0, 'collectable'],
    ['claim/0000000008-000', 90, 'current'],
    ['log/0000000001.json', 90, 'current'],
    ['published', 90, 'current'],
    ['clock', 90, 'current'],
    ['notes.txt', 90, 'foreign'],
  ])('%s, %d days old: %s', (key, days, reason) => {
    expect(classifyState(object(key, days), STATE).reason).toBe(reason);
  });
});
