/** What proposers and committers ask of a bucket. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitOpen } from '../../src/repository/proposals/commit-open.ts';
import { type CountedBucket, createCountedBucket, type RequestCount } from '../support/counted-bucket.ts';

/** Of a commit, however many proposals it takes, and of each of them. */
const COMMIT = 60;
const EACH = 10;

let bucket: CountedBucket;
beforeAll(async () => {
  const rules = 'proposers: { ci: { actions: [add], to: [deb/testing] } }';
  bucket = await createCountedBucket('channels: [stable, testing]', rules);
  await bucket.count((user) => user.publish([{ name: 'hello' }], { to: 'deb/testing' }));
});
afterAll(() => bucket[Symbol.asyncDispose]());

function propose(name: string): Promise<RequestCount> {
  return bucket.count((user) => user.propose([{ name }], { to: 'deb/testing' }), { proposer: 'ci' });
}

function commit(): Promise<RequestCount> {
  return bucket.count(async (user) => commitOpen(await user.open(), user.options));
}

test('proposing a package reads the newest revision once', async () => {
  const { requests, what } = await propose('first');
  expect(requests, what.join('\n')).toBeLessThanOrEqual(9);
});

test('a commit takes many proposals, each with few requests of its own', async () => {
  for (let i = 0; i < 9; i++) await propose(`more${i}`);
  const { requests, what } = await commit();
  expect(requests, what.join('\n')).toBeLessThanOrEqual(COMMIT + 10 * EACH);
  expect(what.filter((one) => one.startsWith('CopyObject') && one.includes('/pool/'))).toHaveLength(10);
});

test('a commit when nothing is open', async () => {
  const { requests, what, upBytes } = await commit();
  expect(requests, what.join('\n')).toBeLessThanOrEqual(15);
  expect(upBytes).toBe(0);
});
