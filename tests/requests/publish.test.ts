/** What a machine with an empty disk asks of a bucket. Every request is a price and, one after the other, a wait. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CountedBucket, createCountedBucket } from '../support/counted-bucket.ts';
import type { QuickDeb } from '../support/quick-deb.ts';

/** Of adding one package: as many as the requirement allows, less what a slow store adds (claims, another try). */
const ADD_ONE = 52;
const NOTHING_TO_DO = 10;
/** Pages may take so much of it. */
const PAGES_BYTES = 200_000;
const ARCHITECTURES = ['amd64', 'amd64', 'amd64', 'arm64', 'armhf', 'all'];

let bucket: CountedBucket;
beforeAll(async () => {
  bucket = await createCountedBucket(
    'channels: [stable, testing, unstable], architectures: [amd64, arm64, armhf]',
  );
  await bucket.count((user) => user.publish(PACKAGES));
  for (const channel of ['testing', 'unstable'])
    await bucket.count((user) => user.publish(PACKAGES.slice(0, 50), { to: `deb/${channel}` }));
});
afterAll(() => bucket[Symbol.asyncDispose]());

/** With text that does not compress, so that indexes are large beside everything else. */
const PACKAGES: readonly QuickDeb[] = Array.from({ length: 1500 }, (_, i) => ({
  name: `p${i}`,
  architecture: ARCHITECTURES[i % ARCHITECTURES.length] ?? 'all',
  fields: { Description: randomBytes(400).toString('base64') },
}));
const NEW: QuickDeb = { name: 'new' };

function indexBytes(architecture: string): Promise<number> {
  return bucket.bytesOf(`deb/dists/stable/main/binary-${architecture}/Packages`);
}

describe('adding one package', () => {
  test('stays within the budgets of requests and of bytes', async () => {
    const { requests, what, ...bytes } = await bucket.count((user) => user.publish([NEW]));
    expect(requests, what.join('\n')).toBeLessThanOrEqual(ADD_ONE);
    const encodings = await indexBytes('amd64');
    expect(bytes.downBytes / encodings).toBeLessThan(1.1);
    expect((bytes.upBytes - PAGES_BYTES) / encodings).toBeLessThan(2.2);
  });

  test('for `all`, which every index lists, takes six more for each of them', async () => {
    const { requests, what } = await bucket.count((user) =>
      user.publish([{ name: 'new-all', architecture: 'all' }]),
    );
    expect(requests, what.join('\n')).toBeLessThanOrEqual(ADD_ONE + 3 * 6);
  });

  test('does not ask more when thousands of old index files lie beside the pointers', async () => {
    for (const architecture of ['all', 'amd64', 'arm64'])
      bucket.fill(`deb/dists/stable/main/binary-${architecture}/by-hash/SHA256`, 1500);
    const { requests, what } = await bucket.count((user) => user.publish([{ name: 'another' }]));
    expect(requests, what.join('\n')).toBeLessThanOrEqual(ADD_ONE + 3);
  });
});

describe('publishing what is there', () => {
  test('one package', async () => {
    const { requests, what, upBytes } = await bucket.count((user) => user.publish([NEW]));
    expect(requests, what.join('\n')).toBeLessThanOrEqual(NOTHING_TO_DO);
    expect(upBytes).toBe(0);
  });

  test('all packages: the indexes tell what is there', async () => {
    const { requests, what, ...bytes } = await bucket.count((user) => user.publish(PACKAGES));
    expect(requests, what.join('\n')).toBeLessThanOrEqual(NOTHING_TO_DO);
    const encodings = (await indexBytes('amd64')) + (await indexBytes('arm64')) + (await indexBytes('armhf'));
    expect(bytes.upBytes).toBe(0);
    expect(bytes.downBytes).toBeLessThan(encodings);
  });
});
