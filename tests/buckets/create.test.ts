/** `pakhus store create`, on a server that is as careful as AWS with what is public. */
import { describe, expect, test } from 'vitest';
import { complaintsIn } from '../support/cli-session.ts';
import { outcomeOf, send } from '../support/fake-s3/fake-s3-kit.ts';
import { type BucketSession, createBucketSession } from './bucket-session.ts';

/** A store in a bucket that is not there yet. */
async function withoutBucket(
  more: readonly string[] = [],
): Promise<BucketSession & { readonly run: BucketSession['session']['run'] }> {
  const made = await createBucketSession();
  const { s3, session } = made;
  const at = (bucket: string) => s3.location().replace(s3.bucket, bucket);
  await session.configure(
    `store: ${at('fresh')}`,
    ...more.map((line) => line.replace(/s3:\/\/(\w+)/, (_, bucket) => at(bucket))),
    'repositories: { tools: { format: deb } }',
  );
  return { ...made, run: session.run };
}

function anonymous({ s3 }: BucketSession, bucket: string) {
  return async (path: string) => outcomeOf(await fetch(`${s3.endpoint}/${bucket}/${path}`));
}

test('makes a bucket that everybody can read, all but the state, and the second time nothing', async () => {
  await using bucket = await withoutBucket();
  const dry = await bucket.run('store', 'create', '--website', '--dry-run');
  expect(bucket.s3.find('fresh')).toBeUndefined();
  expect(dry.stdout.replace(bucket.s3.endpoint, 'ENDPOINT')).toMatchInlineSnapshot(`
    "s3://fresh: would make the bucket
    s3://fresh: would let everybody read all but the state
    s3://fresh: would make it a website
    Nothing was changed.
    At     ENDPOINT/fresh
    "
  `);
  const made = await bucket.run('store', 'create', '--website');
  expect(complaintsIn(made.stderr)).toBe('');
  expect(made.stdout.replace(bucket.s3.endpoint, 'ENDPOINT')).toMatchInlineSnapshot(`
    "s3://fresh: made the bucket
    s3://fresh: lifted the block of public policies
    s3://fresh: everybody may read all but the state now
    s3://fresh: is a website now, index.html
    At     ENDPOINT/fresh
    Check  pakhus store check
    "
  `);
  await bucket.run('publish', await bucket.session.deb({ name: 'hello' }), '--init');
  const get = anonymous(bucket, 'fresh');
  expect(await get('tools/dists/stable/InRelease')).toBe('200');
  expect(await get('.pakhus/tools/log/0000000001.json')).toBe('403 AccessDenied');
  const again = await bucket.run('store', 'create', '--website');
  expect(again.stdout.replace(bucket.s3.endpoint, 'ENDPOINT')).toMatchInlineSnapshot(`
    "s3://fresh: the bucket is there
    s3://fresh: everybody may read all but the state
    s3://fresh: is a website
    At     ENDPOINT/fresh
    Check  pakhus store check
    "
  `);
});

test('a bucket for the state is made and closed, and then what is absent is 404', async () => {
  await using bucket = await withoutBucket(['state: s3://ledger']);
  const { stdout } = await bucket.run('store', 'create');
  expect(stdout).toContain('s3://ledger: made the bucket\ns3://ledger: everything public is blocked');
  const { code } = await bucket.run('publish', await bucket.session.deb({ name: 'hello' }), '--init');
  expect(code).toBe(0);
  expect(await anonymous(bucket, 'fresh')('tools/none')).toBe('404 NoSuchKey');
  expect(await anonymous(bucket, 'ledger')('tools/log/0000000001.json')).toBe('403 AccessDenied');
});

test('a store that takes its time to let policies in is waited for; one that never does is told of', async () => {
  await using bucket = await withoutBucket();
  let denials = 2;
  bucket.s3.setFaults(({ operation }) =>
    operation === 'PutBucketPolicy' && denials-- > 0
      ? { type: 'error', status: 403, code: 'AccessDenied' }
      : undefined,
  );
  expect(await bucket.run('store', 'create')).toMatchObject({ code: 0 });
  await send({ ...bucket.s3, bucket: 'fresh' }, 'DELETE', { query: 'policy=' });
  denials = 100;
  const { code, stderr } = await bucket.run('store', 'create');
  expect(code).toBe(4);
  expect(complaintsIn(stderr)).toContain('run this with --private');
});

test('--private makes nothing public', async () => {
  await using bucket = await withoutBucket();
  await bucket.run('store', 'create', '--private');
  await bucket.run('publish', await bucket.session.deb({ name: 'hello' }), '--init');
  expect(await anonymous(bucket, 'fresh')('tools/dists/stable/InRelease')).toBe('403 AccessDenied');
});

describe('a bucket that is there already', () => {
  test('keeps what others say in its policy', async () => {
    await using bucket = await withoutBucket();
    const at = { ...bucket.s3, bucket: 'fresh' };
    await bucket.run('store', 'create');
    const theirs = {
      Sid: 'Logs',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::fresh/x',
    };
    await send(at, 'PUT', { query: 'policy=', body: JSON.stringify({ Statement: theirs }) });
    await bucket.run('store', 'create');
    const policy = JSON.parse(await (await send(at, 'GET', { query: 'policy=' })).text());
    expect(policy.Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(['Logs', 'PakhusRead']);
  });

  test('with files of somebody else is not made public, unless one says so', async () => {
    await using bucket = await withoutBucket();
    const at = { ...bucket.s3, bucket: 'fresh' };
    await send(at, 'PUT');
    await send(at, 'PUT', { path: 'secrets.txt', body: 'x' });
    const { code, stderr } = await bucket.run('store', 'create');
    expect(code).toBe(4);
    expect(complaintsIn(stderr)).toMatchInlineSnapshot(`
      "Error: s3://fresh holds files that are not of pakhus, such as secrets.txt, and everybody could read them (STORE_PERMISSION)
        Use a folder of it (s3://fresh/packages) or a bucket of its own. --yes makes all of it public all the same."
    `);
    expect((await bucket.run('store', 'create', '--yes')).code).toBe(0);
  });

  test('and is not ours is refused', async () => {
    await using bucket = await withoutBucket();
    await bucket.run('store', 'create');
    const other = bucket.as('other', {
      Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::else/*' },
    });
    const { code, stderr } = await other('store', 'create');
    expect(code).toBe(4);
    expect(complaintsIn(stderr)).toContain("somebody else's");
  });
});

test('a store that is a folder needs nothing of it', async () => {
  await using bucket = await createBucketSession();
  expect(await bucket.session.json('store', 'create', '--store', './public')).toMatchObject({
    code: 2,
    error: { code: 'CONFIG_INVALID' },
  });
});
