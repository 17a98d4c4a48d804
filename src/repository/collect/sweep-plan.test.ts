import { expect, test } from 'vitest';
import type { ObjectInfo } from '../../storage/storage.ts';
import { planSweep } from './sweep-plan.ts';

const object = (key: string): ObjectInfo => ({ key, sizeBytes: 1, modifiedMs: 0, etag: '' });
const keys = (objects: readonly { readonly key: string }[]): string[] => objects.map(({ key }) => key);
const GONE = ['dists/old/Packages.gz', 'dists/old/Release', 'dists/old/InRelease'].map((path) => ({
  path,
  since: 3,
}));
const FILES = ['dists/old/InRelease', 'dists/old/Packages.gz', 'dists/old/Release', 'pool/a'].map(object);
const STATE = ['blob/1', 'blob/2', 'claim/1'].map(object);

test('the entry pointer of a channel goes first, then what it names, then all else', () => {
  const plan = planSweep({ files: FILES, state: STATE }, GONE);
  expect(keys(plan.pointers)).toEqual(['dists/old/InRelease', 'dists/old/Release', 'dists/old/Packages.gz']);
  expect(keys(plan.files)).toEqual(['pool/a']);
  expect(keys(plan.state)).toEqual(['blob/1', 'blob/2']);
  expect(keys(plan.claims)).toEqual(['claim/1']);
  expect(plan.more).toBe(false);
});

test('what one sweep cannot take waits for the next one', () => {
  const plan = planSweep({ files: FILES, state: STATE }, GONE, 5);
  expect(plan.pointers).toHaveLength(3);
  expect([keys(plan.files), keys(plan.state)]).toEqual([['pool/a'], ['blob/1']]);
  expect(plan.more).toBe(true);
});
