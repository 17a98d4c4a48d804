import { expect, test } from 'vitest';
import { startFakeS3 } from './fake-s3.ts';
import { outcomeOf, send } from './fake-s3-kit.ts';

test.for([
  {
    mode: 'honest',
    create: '412 PreconditionFailed',
    stale: '412 PreconditionFailed',
    quoted: '200',
    bare: '200',
    absent: '404 NoSuchKey',
    copy: '412 PreconditionFailed',
    source: '412 PreconditionFailed',
    remove: '412 PreconditionFailed',
  },
  {
    mode: 'ceph',
    create: '412 PreconditionFailed',
    stale: '412 PreconditionFailed',
    quoted: '412 PreconditionFailed',
    bare: '200',
    absent: '412 PreconditionFailed',
    copy: '200',
    source: '200',
    remove: '204',
  },
  {
    mode: 'create-only',
    create: '412 PreconditionFailed',
    stale: '501 NotImplemented',
    quoted: '501 NotImplemented',
    bare: '501 NotImplemented',
    absent: '501 NotImplemented',
    copy: '501 NotImplemented',
    source: '412 PreconditionFailed',
    remove: '501 NotImplemented',
  },
  {
    mode: 'none',
    create: '501 NotImplemented',
    stale: '501 NotImplemented',
    quoted: '501 NotImplemented',
    bare: '501 NotImplemented',
    absent: '501 NotImplemented',
    copy: '501 NotImplemented',
    source: '412 PreconditionFailed',
    remove: '412 PreconditionFailed',
  },
  {
    mode: 'liar',
    create: '200',
    stale: '200',
    quoted: '200',
    bare: '200',
    absent: '200',
    copy: '200',
    source: '200',
    remove: '204',
  },
] as const)('conditions in mode $mode', async ({ mode, ...expected }) => {
  await using s3 = await startFakeS3({ mode });
  const put = async (path: string, headers: Record<string, string>): Promise<string> =>
    outcomeOf(await send(s3, 'PUT', { path, body: path, headers }));
  const etag = (await send(s3, 'PUT', { path: 'a', body: 'a' })).headers.get('etag') ?? '';
  const source = { 'x-amz-copy-source': `${s3.bucket}/a` };
  expect({
    create: await put('a', { 'if-none-match': '*' }),
    stale: await put('a', { 'if-match': '"0"' }),
    quoted: await put('a', { 'if-match': etag }),
    bare: await put('a', { 'if-match': etag.replaceAll('"', '') }),
    absent: await put('b', { 'if-match': etag }),
    copy: await outcomeOf(
      await send(s3, 'PUT', {
        path: 'a',
        headers: { ...source, 'x-amz-metadata-directive': 'REPLACE', 'if-none-match': '*' },
      }),
    ),
    source: await outcomeOf(
      await send(s3, 'PUT', { path: 'c', headers: { ...source, 'x-amz-copy-source-if-match': '"0"' } }),
    ),
    remove: await outcomeOf(await send(s3, 'DELETE', { path: 'a', headers: { 'if-match': '"0"' } })),
  }).toEqual(expected);
});

test.for([
  ['honest', { 'if-none-match': '*' }, [409, 412]],
  ['ceph', { 'if-match': '9dd4e461268c8034f5c8564e155c67a6' }, [412, 500]],
] as const)(
  'of racing writers one wins in mode %s; the others are told so in two ways',
  async ([mode, headers, losing]) => {
    await using s3 = await startFakeS3({ mode });
    if (mode === 'ceph') await send(s3, 'PUT', { path: 'a', body: 'x' });
    const racers = 8;
    const { promise: allArrived, resolve } = Promise.withResolvers<undefined>();
    let arrived = 0;
    s3.setFaults(() => {
      if (++arrived === racers) resolve(undefined);
      return allArrived;
    });
    const answers = await Promise.all(
      Array.from({ length: racers }, (_, i) => send(s3, 'PUT', { path: 'a', headers, body: `by ${i}` })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set([200, ...losing]));
  },
);
