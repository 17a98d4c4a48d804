import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type FakeS3, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import {
  CONFLICT,
  type FaultyRequest,
  INTERNAL_ERROR,
  type S3Fault,
  SLOW_DOWN,
} from '../../../tests/support/fake-s3/faults.ts';
import { openS3 } from '../../../tests/support/open-s3.ts';
import { readText } from '../read-all.ts';
import type { Storage } from '../storage.ts';

const ONE = Buffer.from('one');
const TWO = Buffer.from('two');

let server: FakeS3;
let storage: Storage;
let other: Storage;

beforeEach(async () => {
  server = await startFakeS3();
  onTestFinished(() => server.stop());
  storage = await openS3(server);
  await storage.write('first', ONE);
  other = await openS3(server);
});

/** The first writes of `key` meet these, one after the other. */
function failing(key: string, ...faults: readonly (S3Fault | undefined)[]): void {
  const left = [...faults];
  const isWrite = (request: FaultyRequest): boolean => request.method === 'PUT' && request.key === key;
  server.setFaults((request) => (isWrite(request) ? left.shift() : undefined));
}

const textAt = (key: string): Promise<string> => readText(storage, key, { limitBytes: 100 });

describe('creating', () => {
  const LOST: S3Fault = { type: 'answer-lost' };
  test.each<[string, readonly S3Fault[]]>([
    ['a lost answer', [LOST]],
    ['answers lost again and again: the store says 412 to what it holds already', [LOST, LOST, LOST]],
    ['a request that never arrived', [{ type: 'request-lost' }]],
    ['a connection cut within the body', [{ type: 'cut-request', afterBytes: 1 }]],
    ['500', [INTERNAL_ERROR, INTERNAL_ERROR]],
    ['503', [SLOW_DOWN]],
    ['409', [CONFLICT, CONFLICT]],
    ['412 though nothing is there', [{ type: 'error', status: 412, code: 'PreconditionFailed' }]],
  ])('%s: the object is there, and the writer knows', async (_name, faults) => {
    failing('new', ...faults);
    const written = await storage.write('new', ONE, { ifAbsent: true, meta: { rev: '7' } });
    expect(await storage.stat('new')).toEqual({ ...written, modifiedMs: expect.any(Number) });
    expect(written.meta).toEqual({ rev: '7' });
    expect(await textAt('new')).toBe('one');
  });

  test('a request that arrives after a later try is refused, or is the same object', async () => {
    failing('new', { type: 'late' });
    await storage.write('new', ONE, { ifAbsent: true });
    expect(server.releaseLate()).toBe(1);
    expect(await textAt('new')).toBe('one');
  });

  test('whoever comes second hears so, also when its own answer is lost or garbled', async () => {
    for (const fault of [undefined, LOST, INTERNAL_ERROR, CONFLICT]) {
      await other.write('new', ONE);
      failing('new', fault);
      await expect(storage.write('new', TWO, { ifAbsent: true })).rejects.toMatchObject({
        code: 'STORE_CONFLICT',
      });
      expect(await textAt('new')).toBe('one');
      await other.delete('new');
    }
  });

  test('the same bytes of another writer are not one’s own', async () => {
    await other.write('new', ONE, { ifAbsent: true });
    await expect(storage.write('new', ONE, { ifAbsent: true })).rejects.toMatchObject({
      code: 'STORE_CONFLICT',
    });
  });

  test('a store that stays away is told after five tries', async () => {
    failing('new', ...Array.from({ length: 10 }, () => SLOW_DOWN));
    server.clearRequests();
    await expect(storage.write('new', ONE, { ifAbsent: true })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    expect(server.requests.filter(({ operation }) => operation === 'PutObject')).toHaveLength(5);
  });
});

describe('replacing', () => {
  test('a lost answer is found out', async () => {
    const { etag } = await storage.write('a', ONE);
    failing('a', { type: 'answer-lost' });
    const written = await storage.write('a', TWO, { ifMatch: etag });
    expect(written.etag).toBe((await storage.stat('a')).etag);
  });

  test.each<[string, S3Fault]>([
    ['a lost request', { type: 'request-lost' }],
    ['500', INTERNAL_ERROR],
  ])(
    '%s is made once: it may arrive late, and only the caller knows what that would do',
    async (_name, fault) => {
      const { etag } = await storage.write('a', ONE);
      failing('a', fault);
      server.clearRequests();
      await expect(storage.write('a', TWO, { ifMatch: etag })).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
      expect(server.requests.filter(({ operation }) => operation === 'PutObject')).toHaveLength(1);
      expect(await textAt('a')).toBe('one');
    },
  );

  test.each<[string, S3Fault]>([
    ['409', CONFLICT],
    ['503', SLOW_DOWN],
  ])('%s was not done, so it is made again', async (_name, fault) => {
    const { etag } = await storage.write('a', ONE);
    failing('a', fault, fault);
    await storage.write('a', TWO, { ifMatch: etag });
    expect(await textAt('a')).toBe('two');
  });

  test('what somebody else replaced meanwhile, also when the store says 500', async () => {
    const { etag } = await storage.write('a', ONE);
    await other.write('a', TWO);
    for (const fault of [undefined, INTERNAL_ERROR]) {
      failing('a', fault);
      await expect(storage.write('a', Buffer.from('three'), { ifMatch: etag })).rejects.toMatchObject({
        code: 'STORE_CONFLICT',
      });
    }
    expect(await textAt('a')).toBe('two');
  });
});

test('a copy whose answer is lost is found out as well', async () => {
  failing('copy', { type: 'answer-lost' });
  await storage.copy('first', 'copy', { ifAbsent: true });
  await expect(other.copy('first', 'copy', { ifAbsent: true })).rejects.toMatchObject({
    code: 'STORE_CONFLICT',
  });
  expect(await textAt('copy')).toBe('one');
});
