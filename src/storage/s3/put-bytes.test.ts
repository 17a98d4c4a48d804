import { expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import { openS3 } from '../../../tests/support/open-s3.ts';
import { readBytes } from '../read-all.ts';

const KEY = "deb/pool/a+b ü!'()*~%2F.deb";

/** Whether the SDK made each of the requests. */
const bySdk = ({ requests }: FakeS3): readonly (boolean | undefined)[] =>
  requests.map(({ headers }) => headers['user-agent']?.includes('aws-sdk'));

test('what is put without the SDK is found by it, under any key and with all that it keeps', async () => {
  await using server = await startFakeS3({ isSession: true });
  const storage = await openS3(server, { prefix: 'apt' });
  const headers = { contentType: 'text/plain', cacheControl: 'no-cache', meta: { rev: '7' } };
  await storage.write('before', Buffer.from('x'));
  server.clearRequests();
  await storage.write(KEY, Buffer.from('bytes'), headers);
  await storage.write('empty', Buffer.alloc(0));
  expect(Buffer.from(await readBytes(storage, KEY, { limitBytes: 10 })).toString()).toBe('bytes');
  expect(await storage.stat(KEY)).toMatchObject(headers);
  expect(await storage.stat('empty')).toMatchObject({ sizeBytes: 0 });
  expect(bySdk(server)).toEqual([undefined, undefined, true, true, true]);
});

test('it is dated and signed by the store’s clock', async () => {
  await using server = await startFakeS3();
  const storage = await openS3(server);
  await storage.write('before', Buffer.from('x'));
  server.setClockOffset(3600_000);
  const { modifiedMs } = await storage.write('a', Buffer.from('x'));
  expect(modifiedMs).toBeGreaterThan(Date.now() + 3500_000);
});

test('a refusal is told as those of the SDK are', async () => {
  await using server = await startFakeS3({ isSession: true });
  const storage = await openS3(server);
  await storage.write('a', Buffer.from('x'));
  server.expireSession();
  await expect(storage.write('a', Buffer.from('y'))).rejects.toMatchObject({
    code: 'STORE_PERMISSION',
    message: expect.stringContaining('the credentials have expired'),
  });
});
