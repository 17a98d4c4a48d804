import { expect, test } from 'vitest';
import { startFakeS3 } from './fake-s3.ts';
import { outcomeOf, presignedUrl, send } from './fake-s3-kit.ts';

const MD5_OF_X = '9dd4e461268c8034f5c8564e155c67a6';

test('an object keeps its bytes and headers, and has the digest of its bytes as etag', async () => {
  await using s3 = await startFakeS3();
  const headers = { 'cache-control': 'no-cache', 'content-type': 'text/plain', 'x-amz-meta-rev': '7' };
  expect((await send(s3, 'PUT', { path: 'a/b', body: 'x', headers })).headers.get('etag')).toBe(
    `"${MD5_OF_X}"`,
  );
  for (const method of ['GET', 'HEAD']) {
    const answer = await send(s3, method, { path: 'a/b' });
    expect(answer.headers.get('content-length')).toBe('1');
    for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toBe(value);
  }
  await send(s3, 'PUT', { path: 'digits', body: '0123456789' });
  const part = await send(s3, 'GET', { path: 'digits', headers: { range: 'bytes=7-20' } });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
    206,
    '789',
    'bytes 7-9/10',
  ]);
  const beyond = await send(s3, 'GET', { path: 'digits', headers: { range: 'bytes=10-' } });
  expect(await outcomeOf(beyond)).toBe('416 InvalidRange');
  expect((await send(s3, 'DELETE', { path: 'digits' })).status).toBe(204);
  expect(await outcomeOf(await send(s3, 'GET', { path: 'digits' }))).toBe('404 NoSuchKey');
  const log = s3.requests.map(({ operation, status, bytesIn, bytesOut }) => [
    operation,
    status,
    bytesIn,
    bytesOut,
  ]);
  expect(log.slice(0, 5)).toEqual([
    ['PutObject', 200, 1, 0],
    ['GetObject', 200, 0, 1],
    ['HeadObject', 200, 0, 0],
    ['PutObject', 200, 10, 0],
    ['GetObject', 206, 0, 3],
  ]);
});

test('keys are listed in the order of their bytes, in pages, encoded where that is asked for', async () => {
  await using s3 = await startFakeS3();
  for (const key of ['\uffee', '😀', 'b+c d/%', 'a', 'a/2', 'a/10'])
    await send(s3, 'PUT', { path: encodeURIComponent(key), body: key });
  const list = async (query: string): Promise<string[]> => {
    const xml = await (await send(s3, 'GET', { query: `list-type=2&${query}` })).text();
    return [...xml.matchAll(/<(?:Key|NextContinuationToken)>(.*?)</g)].map((match) => match[1] ?? '');
  };
  expect(await list('')).toEqual(['a', 'a/10', 'a/2', 'b+c d/%', '\uffee', '😀']);
  expect(await list('prefix=a%2F')).toEqual(['a/10', 'a/2']);
  expect(await list('start-after=a%2F10&max-keys=2')).toEqual(['YitjIGQvJQ', 'a/2', 'b+c d/%']);
  const [token = ''] = await list('max-keys=2');
  expect(await list(`max-keys=2&continuation-token=${token}`)).toEqual(['YitjIGQvJQ', 'a/2', 'b+c d/%']);
  expect(await list('encoding-type=url&prefix=b')).toEqual(['b%2Bc+d/%25']);
});

test('parts are put together in their order, with an etag of their own form', async () => {
  await using s3 = await startFakeS3();
  const big = Buffer.alloc(5 * 1024 * 1024, 'p');
  await send(s3, 'PUT', { path: 'source', body: '0123456789' });
  const started = await (
    await send(s3, 'POST', { path: 'm', query: 'uploads=', headers: { 'cache-control': 'no-cache' } })
  ).text();
  const id = /<UploadId>(.*?)</.exec(started)?.[1] ?? '';
  const one = await send(s3, 'PUT', { path: 'm', query: `partNumber=1&uploadId=${id}`, body: big });
  const copied = { 'x-amz-copy-source': `/${s3.bucket}/source`, 'x-amz-copy-source-range': 'bytes=2-4' };
  const two = await send(s3, 'PUT', { path: 'm', query: `partNumber=2&uploadId=${id}`, headers: copied });
  const etags = [one.headers.get('etag'), /<ETag>(.*?)</.exec(await two.text())?.[1]];
  const parts = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
  const complete = (chosen: string[]) =>
    send(s3, 'POST', {
      path: 'm',
      query: `uploadId=${id}`,
      body: `<CompleteMultipartUpload>${chosen.join('')}</CompleteMultipartUpload>`,
    });
  expect(await outcomeOf(await complete(parts.toReversed()))).toBe('400 EntityTooSmall');
  expect(await outcomeOf(await complete([...parts.slice(0, 1), ...parts.slice(0, 1)]))).toBe(
    '400 InvalidPartOrder',
  );
  expect((await complete(parts)).status).toBe(200);
  const object = s3.find(s3.bucket)?.find('m');
  expect([object?.body.length, object?.etag.slice(-2), object?.headers['cache-control']]).toEqual([
    big.length + 3,
    '-2',
    'no-cache',
  ]);
  expect(object?.body.subarray(-3).toString()).toBe('234');
  expect(await outcomeOf(await complete(parts))).toBe('404 NoSuchUpload');
});

test('a copy takes the headers along or replaces them', async () => {
  await using s3 = await startFakeS3();
  await send(s3, 'PUT', { path: 'a', body: 'x', headers: { 'content-type': 'text/plain' } });
  const source = { 'x-amz-copy-source': `/${s3.bucket}/a` };
  await send(s3, 'PUT', { path: 'b', headers: source });
  await send(s3, 'PUT', {
    path: 'c',
    headers: { ...source, 'x-amz-metadata-directive': 'REPLACE', 'content-type': 'text/html' },
  });
  expect(['b', 'c'].map((key) => s3.find(s3.bucket)?.find(key)?.headers['content-type'])).toEqual([
    'text/plain',
    'text/html',
  ]);
  expect(await outcomeOf(await send(s3, 'PUT', { path: 'a', headers: source }))).toBe('400 InvalidRequest');
});

test('a literal plus in a path is a space on AWS only', async () => {
  await using aws = await startFakeS3();
  await using ceph = await startFakeS3({ mode: 'ceph' });
  for (const s3 of [aws, ceph]) await send(s3, 'PUT', { path: 'g%2B%2B', body: 'x' });
  expect(aws.find(aws.bucket)?.find('g++')).toBeDefined();
  const literal = (s3: typeof aws) => fetch(presignedUrl(s3, 'GET', { path: 'g++' })).then(outcomeOf);
  expect(await literal(aws)).toBe('404 NoSuchKey');
  expect(await literal(ceph)).toBe('200');
});

test('digests of a body are checked', async () => {
  await using s3 = await startFakeS3();
  const put = async (headers: Record<string, string>) =>
    outcomeOf(await send(s3, 'PUT', { path: 'a', body: 'x', headers }));
  expect(await put({ 'content-md5': Buffer.from(MD5_OF_X, 'hex').toString('base64') })).toBe('200');
  expect(await put({ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' })).toBe('400 BadDigest');
  expect(await put({ 'x-amz-checksum-sha256': 'AAAA' })).toBe('400 BadDigest');
});
