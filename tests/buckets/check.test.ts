/** `pakhus store check`, on servers that are well and servers that are not. */
import { expect, test } from 'vitest';
import type { FakeS3Options } from '../support/fake-s3/fake-s3.ts';
import { send } from '../support/fake-s3/fake-s3-kit.ts';
import { type BucketSession, createBucketSession } from './bucket-session.ts';

/** A public bucket with a repository. `plus=twin`, because the server reads `+` as AWS does. */
async function withStore(
  { parameters = '&plus=twin', ...options }: FakeS3Options & { readonly parameters?: string } = {},
  ...more: readonly string[]
): Promise<BucketSession> {
  const made = await createBucketSession({ ...options, parameters, more });
  await made.session.run('store', 'create');
  await made.session.run(
    'publish',
    await made.session.deb({ name: 'hello' }),
    '--to',
    'tools',
    '--init',
    '--single-writer',
  );
  return made;
}

/** Code and verdict of what is not well, and the exit code. */
async function complaints({ session }: BucketSession, ...args: readonly string[]) {
  const { code, stdout } = await session.run('store', 'check', '--json', ...args);
  const { checks } = JSON.parse(stdout) as { checks: { verdict: string; code?: string; remedy?: string }[] };
  for (const { verdict, remedy } of checks) expect(remedy === undefined).toBe(verdict === 'good');
  const wrong = checks.filter(({ verdict }) => verdict !== 'good');
  return { code, wrong: wrong.map(({ verdict, code: kind }) => `${verdict} ${kind}`) };
}

async function allow(
  bucket: BucketSession,
  ...statements: readonly (readonly [action: string, resource: string])[]
) {
  const Statement = statements.map(([Action, Resource]) => ({
    Effect: 'Allow',
    Principal: '*',
    Action,
    Resource,
  }));
  await send(bucket.s3, 'PUT', { query: 'policy=', body: JSON.stringify({ Statement }) });
}

test('a bucket that is well', async () => {
  await using bucket = await withStore();
  const before = bucket.s3.find('packages')?.size;
  const { code, stdout } = await bucket.session.run('store', 'check');
  expect(code).toBe(0);
  expect(stdout.replaceAll(bucket.s3.endpoint, 'ENDPOINT')).toMatchInlineSnapshot(`
    "ok    bucket s3://packages: answers, and of 16 that write at once exactly one wins
    ok    anonymous ENDPOINT/packages: gives clients what they need, and nobody the state
    "
  `);
  expect(bucket.s3.find('packages')?.size).toBe(before);
});

test('a state that anybody reads, and a list of its names', async () => {
  await using bucket = await withStore();
  await allow(
    bucket,
    ['s3:GetObject', 'arn:aws:s3:::packages/*'],
    ['s3:ListBucket', 'arn:aws:s3:::packages'],
  );
  expect(await complaints(bucket)).toEqual({
    code: 1,
    wrong: ['bad store-state-public', 'warning store-list-public'],
  });
});

test('a state in a bucket of its own that anybody reads', async () => {
  await using bucket = await withStore({}, 'state: STATE');
  expect(await complaints(bucket)).toEqual({ code: 0, wrong: [] });
  const ledger = { ...bucket, s3: { ...bucket.s3, bucket: 'ledger' } };
  await send(ledger.s3, 'DELETE', { query: 'publicAccessBlock=' });
  await allow(ledger, ['s3:GetObject', 'arn:aws:s3:::ledger/*']);
  expect(await complaints(bucket)).toEqual({ code: 1, wrong: ['bad store-state-public'] });
});

test('files that clients may not read, unless a CDN may', async () => {
  await using bucket = await withStore();
  await send(bucket.s3, 'DELETE', { query: 'policy=' });
  expect(await complaints(bucket)).toEqual({ code: 1, wrong: ['bad store-not-public'] });
  const { stdout } = await bucket.session.runWith(
    { env: { PAKHUS_URL: 'https://cdn.example.org' } },
    'store',
    'check',
  );
  expect(stdout).toContain('is closed (403); clients go through `url:`');
});

test('403 for what is not there, where nothing speaks against a list', async () => {
  await using bucket = await withStore({}, 'state: STATE');
  await allow(bucket, ['s3:GetObject', 'arn:aws:s3:::packages/*']);
  expect(await complaints(bucket)).toEqual({ code: 0, wrong: ['warning store-absent'] });
});

test('+ that the server takes for a space', async () => {
  await using bucket = await withStore({ parameters: '' });
  expect(await complaints(bucket)).toEqual({ code: 1, wrong: ['bad store-plus'] });
});

test('a clock that is off', async () => {
  await using bucket = await withStore();
  bucket.s3.setClockOffset(120_000);
  expect(await complaints(bucket)).toEqual({ code: 0, wrong: ['warning store-clock'] });
});

test('conditions that are ignored, by whoever needs them', async () => {
  await using bucket = await withStore({ mode: 'liar' });
  expect(await complaints(bucket)).toEqual({ code: 11, wrong: ['bad store-unsafe'] });
  expect(await complaints(bucket, '--single-writer')).toEqual({ code: 0, wrong: [] });
});

test('credentials that are refused', async () => {
  await using bucket = await withStore();
  const wrong = { env: { AWS_SECRET_ACCESS_KEY: 'wrong' } };
  const { code, stderr } = await bucket.session.runWith(wrong, 'store', 'check');
  expect(code).toBe(4);
  expect(stderr).toContain('the access key or its secret is wrong');
});

test('a folder', async () => {
  await using bucket = await createBucketSession();
  const { session } = bucket;
  await session.configure('store: ./public');
  await session.run('publish', await session.deb({ name: 'hello' }), '--init');
  expect((await session.run('store', 'check')).stdout).toBe(
    `ok    store ${session.store}: can be written, and keeps two writers apart\n`,
  );
});
