import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createAnsweringServer } from '../../tests/support/answering-server.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { createUrlReader } from './url-reader.ts';

const read = createUrlReader();

async function folder() {
  const dir = await createTempDir('upstream');
  await writeFile(join(dir.path, 'a+b~c'), 'hello');
  await utimes(join(dir.path, 'a+b~c'), 1000, 1000);
  await mkdir(join(dir.path, 'folder'));
  const urlOf = (name: string): string => `${pathToFileURL(dir.path).href}/${name}`;
  return { ...dir, urlOf };
}

test('http: asks a server', async () => {
  await using server = await createAnsweringServer((_, response) => response.writeHead(204).end());
  expect((await read({ url: server.url, limitBytes: 0 })).status).toBe(204);
});

describe('file: answers as a web server would', () => {
  const HEADERS = { 'content-length': '5', 'last-modified': 'Thu, 01 Jan 1970 00:16:40 GMT' };

  test('a file', async () => {
    await using dir = await folder();
    const { status, headers, body } = await read({ url: dir.urlOf('a%2bb%7ec'), limitBytes: 5 });
    expect({ status, headers }).toEqual({ status: 200, headers: HEADERS });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('hello');
  });

  test('only its size', async () => {
    await using dir = await folder();
    const { headers, body } = await read({ url: dir.urlOf('a+b~c'), method: 'HEAD', limitBytes: 0 });
    expect(headers).toEqual(HEADERS);
    for await (const _ of body) expect.unreachable('HEAD has no body');
  });

  test.each(['missing', 'folder', 'a+b~c/below'])('%s: 404', async (name) => {
    await using dir = await folder();
    const answer = await read({ url: dir.urlOf(name), limitBytes: 5 });
    answer.discard();
    expect(answer.status).toBe(404);
  });

  test('more bytes than are wanted, and a host', async () => {
    await using dir = await folder();
    const { body } = await read({ url: dir.urlOf('a+b~c'), limitBytes: 4 });
    await expect(body[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
      details: { reason: 'too-large' },
    });
    await expect(read({ url: 'file://server/a', limitBytes: 4 })).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
    });
  });
});
