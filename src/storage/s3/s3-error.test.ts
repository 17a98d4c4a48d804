import { expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import { STORE_FULL } from '../../../tests/support/fake-s3/faults.ts';
import type { PakhusError } from '../../core/pakhus-error.ts';
import { openS3Storage } from '../s3.ts';
import { parseS3Location } from './location.ts';

const MINUTE = 60_000;

/** What a user is told: the code, then all words. */
async function told(work: Promise<unknown>): Promise<string> {
  const { code, message, hint } = (await work.then(
    () => expect.fail('nothing failed'),
    (error: unknown) => error,
  )) as PakhusError;
  return `${code}: ${message} ${hint}`;
}

function open(
  server: FakeS3,
  change: { readonly location?: string; readonly env?: Record<string, string> } = {},
) {
  const location = parseS3Location(change.location ?? server.location());
  return openS3Storage({ location, env: { ...server.env, ...change.env } });
}

test('a bucket that is not there is told when it is opened', async () => {
  await using server = await startFakeS3();
  const location = server.location('apt').replace('s3://packages', 's3://pakcages');
  expect(await told(open(server, { location }))).toMatch(
    /^STORE_NOT_FOUND: s3:\/\/pakcages: there is no such bucket \(NoSuchBucket, status 404\) `pakhus store create` makes it/,
  );
});

test.each([
  [{ AWS_ACCESS_KEY_ID: 'unknown' }, /the access key or its secret is wrong \(InvalidAccessKeyId/],
  [{ AWS_SECRET_ACCESS_KEY: 'hush' }, /the access key or its secret is wrong \(SignatureDoesNotMatch/],
])('wrong credentials are told, and not shown: %o', async (env, words) => {
  await using server = await startFakeS3();
  const text = await told(open(server, { env }));
  expect(text).toMatch(words);
  expect(text).toMatch(/^STORE_PERMISSION.*AWS_ACCESS_KEY_ID/);
  expect(text).not.toContain('hush');
});

test('a session that ends is told by whatever comes next', async () => {
  await using server = await startFakeS3({ isSession: true });
  const storage = await open(server);
  await storage.write('a', Buffer.from('x'));
  server.expireSession();
  const expired = /^STORE_PERMISSION: s3:\/\/packages: the credentials have expired .*run the command again/;
  expect(await told(storage.stat('a'))).toMatch(expired);
  expect(await told(storage.read('a'))).toMatch(expired);
  expect(await told(storage.write('a', Buffer.from('y')))).toMatch(expired);
  expect(await told(storage.write('b', Buffer.from('y'), { ifAbsent: true }))).toMatch(expired);
});

test('another region is named, with what to write', async () => {
  await using server = await startFakeS3({ region: 'eu-west-1' });
  const location = server.location().replace('eu-west-1', 'us-east-1');
  expect(await told(open(server, { location }))).toMatch(
    /^CONFIG_INVALID: s3:\/\/packages: the bucket is in another region.* s3:\/\/packages\?region=/,
  );
});

test('no region at all', async () => {
  const location = parseS3Location('s3://packages');
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const before = process.env['AWS_CONFIG_FILE'];
  process.env['AWS_CONFIG_FILE'] = '/dev/null';
  try {
    expect(await told(openS3Storage({ location, env }))).toMatch(
      /^CONFIG_INVALID: s3:\/\/packages: nothing says which region.*AWS_REGION/,
    );
  } finally {
    if (before === undefined) delete process.env['AWS_CONFIG_FILE'];
    else process.env['AWS_CONFIG_FILE'] = before;
  }
});

test('a service that is down is named', async () => {
  const server = await startFakeS3();
  const storage = await open(server);
  await server.stop();
  expect(await told(storage.stat('a'))).toMatch(
    /^STORE_UNAVAILABLE: s3:\/\/packages: a: http:\/\/127\.0\.0\.1:\d+ does not answer \((ECONNREFUSED|ECONNRESET)\).*goes on where it was/,
  );
});

test('a store without room', async () => {
  await using server = await startFakeS3();
  const storage = await open(server);
  await storage.write('a', Buffer.from('x'));
  server.setFaults(({ method }) => (method === 'PUT' ? STORE_FULL : undefined));
  expect(await told(storage.write('b', Buffer.from('x')))).toMatch(
    /^STORE_FULL: s3:\/\/packages: b: the quota of the store is used up .*pakhus gc/,
  );
});

test('what a policy forbids', async () => {
  await using server = await startFakeS3();
  const policy = {
    Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::packages/*' },
  };
  const env = server.addAccount('reader', JSON.stringify(policy));
  const storage = await open(server, { env });
  expect(await told(storage.delete('a'))).toMatch(
    /^STORE_PERMISSION: s3:\/\/packages: a: access denied .*ListBucket/,
  );
  // The answer to a HEAD has no words; the driver asks again in a way that has.
  expect(await told(storage.stat('a'))).toMatch(/access denied \(AccessDenied, status 403\)/);
});

test('a clock that is off is no obstacle', async () => {
  await using server = await startFakeS3();
  server.setClockOffset(40 * MINUTE);
  const storage = await open(server);
  const { modifiedMs } = await storage.write('a', Buffer.from('x'), { ifAbsent: true });
  expect(modifiedMs - Date.now()).toBeGreaterThan(39 * MINUTE);
  await storage.delete('a', { untilMs: modifiedMs + MINUTE });
  expect(await told(storage.stat('a'))).toMatch(/^STORE_OBJECT_NOT_FOUND/);
});
