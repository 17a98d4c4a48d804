import { expect, test } from 'vitest';
import { startFakeS3 } from './fake-s3.ts';
import { outcomeOf, presignedUrl, type SignedFetch, send } from './fake-s3-kit.ts';

const MINUTE = 60_000;

test('a signature has to be right, of now, and for this region', async () => {
  await using s3 = await startFakeS3({ region: 'eu-west-1' });
  const get = async (request: SignedFetch) => outcomeOf(await send(s3, 'GET', { path: 'none', ...request }));
  const { accessKeyId, secretAccessKey } = s3;
  expect(await get({})).toBe('404 NoSuchKey');
  expect(await get({ as: { accessKeyId, secretAccessKey: 'x' } })).toBe('403 SignatureDoesNotMatch');
  expect(await get({ as: { accessKeyId: 'x', secretAccessKey } })).toBe('403 InvalidAccessKeyId');
  expect(await get({ region: 'us-east-1' })).toBe('400 AuthorizationHeaderMalformed');
  expect(await get({ nowMs: Date.now() - 14 * MINUTE })).toBe('404 NoSuchKey');
  expect(await get({ nowMs: Date.now() - 16 * MINUTE })).toBe('403 RequestTimeTooSkewed');
  s3.setClockOffset(20 * MINUTE);
  expect(await get({})).toBe('403 RequestTimeTooSkewed');
  const answer = await send(s3, 'GET', { nowMs: Date.now() + 20 * MINUTE, path: 'none' });
  expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(Date.now() + 19 * MINUTE);
});

test('a session token has to come along, and ends', async () => {
  await using s3 = await startFakeS3({ isSession: true });
  const { accessKeyId, secretAccessKey } = s3;
  const put = async (request: SignedFetch = {}) =>
    outcomeOf(await send(s3, 'PUT', { path: 'a', body: 'x', ...request }));
  expect(await put({ as: { accessKeyId, secretAccessKey } })).toBe('403 InvalidAccessKeyId');
  expect(await put()).toBe('200');
  expect((await fetch(presignedUrl(s3, 'GET', { path: 'a' }))).status).toBe(200);
  s3.expireSession();
  expect(await put()).toBe('400 ExpiredToken');
});

test('a presigned request works until it ends, by the server’s clock', async () => {
  await using s3 = await startFakeS3();
  await send(s3, 'PUT', { path: 'a', body: 'x' });
  const url = presignedUrl(s3, 'DELETE', { path: 'a' });
  s3.setClockOffset(2 * MINUTE);
  expect(await outcomeOf(await fetch(url, { method: 'DELETE' }))).toBe('403 AccessDenied');
  s3.setClockOffset(0);
  expect(await outcomeOf(await fetch(url))).toBe('403 SignatureDoesNotMatch');
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
});

test('nobody but the owner reads, until a policy or an object’s own word lets them', async () => {
  await using s3 = await startFakeS3();
  const anonymous = async (path: string) => outcomeOf(await fetch(`${s3.endpoint}/${s3.bucket}/${path}`));
  await send(s3, 'PUT', { path: 'pool/a', body: 'x' });
  await send(s3, 'PUT', { path: 'state/b', body: 'x' });
  await send(s3, 'PUT', { path: 'open', body: 'x', headers: { 'x-amz-acl': 'public-read' } });
  expect([await anonymous('pool/a'), await anonymous('open')]).toEqual(['403 AccessDenied', '200']);

  const statement = (action: string, resource: object) => ({
    Effect: 'Allow',
    Principal: '*',
    Action: action,
    ...resource,
  });
  const policy = async (...statements: object[]) =>
    outcomeOf(
      await send(s3, 'PUT', {
        query: 'policy=',
        body: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    );
  const read = statement('s3:GetObject', { NotResource: `arn:aws:s3:::${s3.bucket}/state/*` });
  const list = statement('s3:ListBucket', { Resource: `arn:aws:s3:::${s3.bucket}` });
  expect(await policy(read)).toBe('204');
  expect(await anonymous('pool/a')).toBe('200');
  expect(await anonymous('state/b')).toBe('403 AccessDenied');
  expect(await anonymous('pool/none')).toBe('403 AccessDenied');
  await policy(read, list);
  expect(await anonymous('pool/none')).toBe('404 NoSuchKey');
  expect(await outcomeOf(await fetch(`${s3.endpoint}/${s3.bucket}/new`, { method: 'PUT', body: 'x' }))).toBe(
    '403 AccessDenied',
  );
});

test('a new bucket on AWS takes no public policy before the block is gone', async () => {
  await using s3 = await startFakeS3();
  const other = { ...s3, bucket: 'other' };
  expect(await outcomeOf(await send(other, 'HEAD'))).toBe('404');
  expect((await send(other, 'PUT')).status).toBe(200);
  const open = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::other/*' };
  const setPolicy = async () =>
    outcomeOf(await send(other, 'PUT', { query: 'policy=', body: JSON.stringify({ Statement: open }) }));
  expect(await setPolicy()).toBe('403 AccessDenied');
  expect((await send(other, 'DELETE', { query: 'publicAccessBlock=' })).status).toBe(204);
  expect(await setPolicy()).toBe('204');
  expect(await outcomeOf(await send(other, 'GET', { query: 'website=' }))).toBe(
    '404 NoSuchWebsiteConfiguration',
  );
  await send(other, 'PUT', { path: 'a', body: 'x' });
  expect(await outcomeOf(await send(other, 'DELETE'))).toBe('409 BucketNotEmpty');
});

test('an account does what its policy says', async () => {
  await using s3 = await startFakeS3();
  const arn = `arn:aws:s3:::${s3.bucket}`;
  const statements = [
    { Effect: 'Allow', Action: 's3:PutObject', Resource: `${arn}/inbox/ci/*` },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: arn,
      Condition: { StringLike: { 's3:prefix': 'inbox/ci/*' } },
    },
  ];
  const env = s3.addAccount('ci', JSON.stringify({ Statement: statements }));
  const as = { accessKeyId: 'ci', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const put = async (path: string) => outcomeOf(await send(s3, 'PUT', { as, path, body: 'x' }));
  expect([await put('inbox/ci/1'), await put('inbox/other/1')]).toEqual(['200', '403 AccessDenied']);
  const list = async (prefix: string) =>
    (await send(s3, 'GET', { as, query: `list-type=2&prefix=${prefix}` })).status;
  expect([await list('inbox%2Fci%2F'), await list('log')]).toEqual([200, 403]);
});
