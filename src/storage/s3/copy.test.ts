import { expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import { openS3 } from '../../../tests/support/open-s3.ts';
import { systemClock } from '../../core/clock.ts';
import { patternBytes, sameBytes } from '../../testing/storage-checks.ts';
import { readBytes } from '../read-all.ts';
import { connect } from './client.ts';
import { noConditions } from './conditions.ts';
import { copyInParts, lookAtSource } from './copy.ts';
import { parseS3Location } from './location.ts';

const operationsOn = ({ requests }: FakeS3): readonly unknown[] => requests.map(({ operation }) => operation);

test('a copy is made by the store itself, with what it keeps; a condition goes along where copies keep it', async () => {
  await using server = await startFakeS3();
  const storage = await openS3(server);
  await storage.write('a+b/ü 1', Buffer.from('x'), { contentType: 'text/plain' });
  server.clearRequests();
  expect((await storage.copy('a+b/ü 1', 'copy')).contentType).toBe('text/plain');
  await storage.copy('a+b/ü 1', 'other', { ifAbsent: true });
  expect(operationsOn(server)).toEqual(['HeadObject', 'CopyObject', 'HeadObject', 'CopyObject']);
  expect(server.requests.at(-1)?.headers['if-none-match']).toBe('*');
});

test('where only plain writes keep a condition, the bytes are read and written again', async () => {
  await using server = await startFakeS3({ mode: 'ceph' });
  const storage = await openS3(server);
  await storage.write('a', Buffer.from('x'), { contentType: 'text/plain' });
  server.clearRequests();
  expect((await storage.copy('a', 'b', { ifAbsent: true })).contentType).toBe('text/plain');
  expect(operationsOn(server)).toEqual(['HeadObject', 'GetObject', 'PutObject']);
  await expect(storage.copy('a', 'b', { ifAbsent: true })).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
});

test('what is too large for one request is copied in parts', async () => {
  await using server = await startFakeS3();
  const storage = await openS3(server);
  const bytes = patternBytes(12_000_000);
  await storage.write('large', bytes, { contentType: 'text/plain', meta: { rev: '7' } });
  const location = parseS3Location(server.location());
  const connection = await connect(location, { clock: systemClock(), env: server.env });
  const { source, options } = await lookAtSource(connection, 'large', {});
  const work = { from: 'large', source, key: 'copy', options, acl: undefined, conditions: noConditions('') };
  server.clearRequests();
  await copyInParts(connection, work, 5 * 1024 * 1024);
  expect(operationsOn(server).filter((one) => one === 'UploadPartCopy')).toHaveLength(3);
  sameBytes(await readBytes(storage, 'copy', { limitBytes: bytes.length }), bytes);
  expect(await storage.stat('copy')).toMatchObject({ contentType: 'text/plain', meta: { rev: '7' } });
});
