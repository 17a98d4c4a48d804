import { expect, test } from 'vitest';
import { startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import { openS3 } from '../../../tests/support/open-s3.ts';

const MINUTE = 60_000;

test('a delete that arrives after its time is refused by the store', async () => {
  await using server = await startFakeS3();
  const storage = await openS3(server);
  await storage.write('a', Buffer.from('x'));
  server.setFaults(({ method }) => (method === 'DELETE' ? { type: 'late' } : undefined));
  await expect(storage.delete('a', { untilMs: Date.now() + MINUTE })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
  server.setFaults(undefined);
  server.setClockOffset(2 * MINUTE);
  expect(server.releaseLate()).toBe(1);
  server.setClockOffset(0);
  expect((await storage.stat('a')).sizeBytes).toBe(1);
});

test('the time is the store’s, whatever the clock here says', async () => {
  await using server = await startFakeS3();
  const storage = await openS3(server);
  await storage.write('a', Buffer.from('x'));
  // The driver last heard of the store's clock when it was right.
  server.setClockOffset(5 * MINUTE);
  await expect(storage.delete('a', { untilMs: Date.now() + MINUTE })).rejects.toMatchObject({
    code: 'STORE_CONFLICT',
  });
  await storage.delete('a', { untilMs: Date.now() + 6 * MINUTE });
  await expect(storage.stat('a')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
});

test('it is signed in its address, so that it expires; without a time it is not', async () => {
  await using server = await startFakeS3({ isSession: true });
  const storage = await openS3(server, { prefix: 'apt' });
  await storage.write('pool/a+b ü.deb', Buffer.from('x'));
  server.clearRequests();
  await storage.delete('pool/a+b ü.deb', { untilMs: Date.now() + MINUTE });
  await storage.delete('pool/a+b ü.deb');
  expect(server.requests.map(({ key, signed, status }) => [key, signed, status])).toEqual([
    ['apt/pool/a+b ü.deb', 'presigned', 204],
    ['apt/pool/a+b ü.deb', 'header', 204],
  ]);
});

test('what a policy forbids is no matter of time', async () => {
  await using server = await startFakeS3();
  const policy = {
    Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::packages/*' },
  };
  const env = server.addAccount('reader', JSON.stringify(policy));
  const storage = await openS3({ ...server, env });
  await expect(storage.delete('a', { untilMs: Date.now() + MINUTE })).rejects.toMatchObject({
    code: 'STORE_PERMISSION',
  });
});
