import { expect, test } from 'vitest';
import { createUlidFactory } from '../../core/ulid.ts';
import type { ObjectInfo } from '../../storage/storage.ts';
import { createInboxReader, type InboxFolder, mayRemove } from './inbox.ts';

const DAY = 24 * 3_600_000;
const NOW = 20_000 * DAY;

function ulidOf(daysAgo: number): string {
  return createUlidFactory(
    () => NOW - daysAgo * DAY,
    (length) => new Uint8Array(length),
  )();
}

function object(key: string, daysAgo: number): ObjectInfo {
  return { key, sizeBytes: 10, modifiedMs: NOW - daysAgo * DAY, etag: '' };
}

function read(...objects: readonly ObjectInfo[]): readonly InboxFolder[] {
  const folders: InboxFolder[] = [];
  const reader = createInboxReader((folder) => folders.push(folder));
  for (const one of objects) reader.add(one);
  reader.end();
  return folders;
}

test('objects of one proposal are one folder', () => {
  expect(
    read(
      object('inbox/ann@desk/1/files/0-a.deb', 3),
      object('inbox/ann@desk/1/files/1-b.deb', 2),
      object('inbox/ann@desk/1/intent.json', 1),
      object('inbox/ann@desk/2/files/intent.json', 5),
      object('inbox/ci/2/files/0-a.deb', 4),
    ),
  ).toEqual([
    { who: 'ann@desk', id: '1', hasIntent: true, modifiedMs: NOW - DAY, files: 3, sizeBytes: 30 },
    { who: 'ann@desk', id: '2', hasIntent: false, modifiedMs: NOW - 5 * DAY, files: 1, sizeBytes: 10 },
    { who: 'ci', id: '2', hasIntent: false, modifiedMs: NOW - 4 * DAY, files: 1, sizeBytes: 10 },
  ]);
});

test.each(['inbox/notes', 'inbox/ci/notes', 'inbox//x/y'])('%s is in no folder', (key) => {
  expect(createInboxReader(() => {}).add(object(key, 90))).toBe(false);
});

test.each<[what: string, expected: boolean, id: string, files: readonly [name: string, daysAgo: number][]]>([
  ['an open proposal', false, ulidOf(13), [['intent.json', 13]]],
  ['an old proposal that nobody reads any more', true, ulidOf(15), [['intent.json', 0]]],
  ['young files without a proposal', false, ulidOf(20), [['files/0-a.deb', 13]]],
  ['old files without a proposal', true, ulidOf(20), [['files/0-a.deb', 15]]],
  [
    'files of which one is young',
    false,
    ulidOf(20),
    [
      ['files/0-a.deb', 15],
      ['files/1-b.deb', 1],
    ],
  ],
  ['a settled proposal', true, 'settled', [['intent.json', 0]]],
  ['a folder with a name of its own', false, 'notes', [['intent.json', 13]]],
])('%s may go: %s', (_what, expected, id, files) => {
  const [folder] = read(...files.map(([name, daysAgo]) => object(`inbox/ci/${id}/${name}`, daysAgo)));
  if (folder === undefined) throw new Error('no folder');
  expect(mayRemove(folder, { nowMs: NOW, settled: new Set(['ci/settled']) })).toBe(expected);
});
