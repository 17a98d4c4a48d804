import { expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import { INTERNAL_ERROR } from '../../../tests/support/fake-s3/faults.ts';
import { openS3 } from '../../../tests/support/open-s3.ts';
import { patternBytes, sameBytes } from '../../testing/storage-checks.ts';
import { readBytes } from '../read-all.ts';
import type { ReopenableBody, Storage } from '../storage.ts';

const LARGE = patternBytes(20_000_000);
const CHUNK = 1_000_000;

/** Tells what is opened; `spoil` may change or end the pass it is given. */
function bodyOf(
  spoil: (chunk: Uint8Array, at: number, pass: number) => Uint8Array = (chunk) => chunk,
): ReopenableBody {
  let passes = 0;
  return {
    sizeBytes: LARGE.length,
    open: function* () {
      const pass = ++passes;
      for (let at = 0; at < LARGE.length; at += CHUNK) yield spoil(LARGE.subarray(at, at + CHUNK), at, pass);
    },
  };
}

async function openOn(server: FakeS3): Promise<Storage> {
  const storage = await openS3(server);
  await storage.write('first', new Uint8Array());
  server.clearRequests();
  return storage;
}

const operationsOn = ({ requests }: FakeS3): (string | undefined)[] =>
  requests.map(({ operation }) => operation).sort();

const contentOf = (storage: Storage, key: string) => readBytes(storage, key, { limitBytes: LARGE.length });

test('a large object goes in parts, each with its digest', async () => {
  await using server = await startFakeS3();
  const storage = await openOn(server);
  const written = await storage.write('large', bodyOf(), { contentType: 'text/plain', meta: { rev: '7' } });
  expect(operationsOn(server)).toEqual([
    'CompleteMultipartUpload',
    'CreateMultipartUpload',
    'UploadPart',
    'UploadPart',
    'UploadPart',
  ]);
  for (const { operation, headers } of server.requests)
    if (operation === 'UploadPart') expect(headers['content-md5']).toMatch(/==$/);
  expect(await storage.stat('large')).toEqual({ ...written, modifiedMs: expect.any(Number) });
  sameBytes(await contentOf(storage, 'large'), LARGE);
});

test('in parts also with a condition that their last step keeps; the loser’s parts are thrown away', async () => {
  await using server = await startFakeS3();
  const storage = await openOn(server);
  await storage.write('large', bodyOf(), { ifAbsent: true });
  expect(operationsOn(server)).toContain('CompleteMultipartUpload');
  await expect(storage.write('large', bodyOf(), { ifAbsent: true })).rejects.toMatchObject({
    code: 'STORE_CONFLICT',
  });
  expect(server.find('packages')?.uploads.size).toBe(0);
});

test('else in one streamed request, after a pass for its digests', async () => {
  await using server = await startFakeS3({ mode: 'ceph' });
  const storage = await openOn(server);
  await storage.write('large', bodyOf(), { ifAbsent: true });
  expect(operationsOn(server)).toEqual(['PutObject']);
  expect(server.requests[0]?.headers).toMatchObject({
    'content-length': `${LARGE.length}`,
    'content-md5': expect.stringMatching(/==$/),
    'if-none-match': '*',
  });
  sameBytes(await contentOf(storage, 'large'), LARGE);
});

test('a part that fails ends the upload, and nothing is left', async () => {
  await using server = await startFakeS3();
  const storage = await openOn(server);
  server.setFaults(({ query }) => (query.get('partNumber') === '2' ? INTERNAL_ERROR : undefined));
  await expect(storage.write('large', bodyOf())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(operationsOn(server)).toContain('AbortMultipartUpload');
  expect(server.find('packages')?.uploads.size).toBe(0);
  await expect(storage.stat('large')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
});

test('an upload whose last answer is lost is found out', async () => {
  await using server = await startFakeS3();
  const storage = await openOn(server);
  let isFirst = true;
  server.setFaults(({ operation }) => {
    if (operation !== 'CompleteMultipartUpload' || !isFirst) return undefined;
    isFirst = false;
    return { type: 'answer-lost' };
  });
  await storage.write('large', bodyOf(), { ifAbsent: true });
  sameBytes(await contentOf(storage, 'large'), LARGE);
});

test.each(['honest', 'ceph'] as const)(
  'what the source throws reaches the caller, in a store of the kind %s',
  async (mode) => {
    await using server = await startFakeS3({ mode });
    const storage = await openOn(server);
    const gone = new Error('the disk is gone');
    for (const failingPass of [1, 2]) {
      const body = bodyOf((chunk, at, pass) => {
        if (at > 10_000_000 && pass === failingPass) throw gone;
        return chunk;
      });
      // The source is read twice only where it is streamed.
      if (failingPass === 2 && mode === 'honest') continue;
      await expect(storage.write('large', body, { ifAbsent: true })).rejects.toBe(gone);
    }
    expect(server.find('packages')?.uploads.size).toBe(0);
    await expect(storage.stat('large')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
  },
);

test('bytes that change between the two passes are never an object', async () => {
  await using server = await startFakeS3({ mode: 'ceph' });
  const storage = await openOn(server);
  const body = bodyOf((chunk, at, pass) =>
    pass % 2 === 0 && at === 0 ? chunk.map((byte) => byte ^ 1) : chunk,
  );
  await expect(storage.write('large', body, { ifAbsent: true })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
  await expect(storage.stat('large')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
});
