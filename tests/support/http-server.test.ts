import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createStaticServer } from './http-server.ts';
import { createTempDir } from './temp.ts';

const MODIFIED = new Date('2026-03-01T10:00:00.900Z');

test('files, dates, ranges and their log', async () => {
  await using dir = await createTempDir('http');
  await writeFile(join(dir.path, 'a+b~c.txt'), '0123456789');
  await utimes(join(dir.path, 'a+b~c.txt'), MODIFIED, MODIFIED);
  await using server = await createStaticServer(dir.path);
  const get = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/a%2bb%7ec.txt`, { headers });

  const whole = await get({});
  expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
  expect(whole.headers.get('last-modified')).toBe('Sun, 01 Mar 2026 10:00:00 GMT');
  expect((await get({ 'If-Modified-Since': 'Sun, 01 Mar 2026 10:00:00 GMT' })).status).toBe(304);
  expect((await get({ 'If-Modified-Since': 'Sun, 01 Mar 2026 09:59:59 GMT' })).status).toBe(200);
  const part = await get({ Range: 'bytes=4-' });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
    206,
    '456789',
    'bytes 4-9/10',
  ]);
  expect((await get({ Range: 'bytes=4-', 'If-Range': 'Sun, 01 Mar 2026 09:00:00 GMT' })).status).toBe(200);
  expect((await get({ Range: 'bytes=10-' })).status).toBe(416);
  expect((await fetch(`${server.url}/none`)).status).toBe(404);
  expect(server.log.map(({ path, status, range }) => [path, status, range])).toContainEqual([
    '/a+b~c.txt',
    206,
    'bytes=4-',
  ]);
});

test('faults and a root that is switched between two requests', async () => {
  await using dir = await createTempDir('http');
  for (const name of ['old', 'new']) {
    await mkdir(join(dir.path, name));
    await writeFile(join(dir.path, name, 'f'), name);
  }
  await using server = await createStaticServer(join(dir.path, 'old'));
  const text = async (): Promise<string> => (await fetch(`${server.url}/f`)).text();
  expect(await text()).toBe('old');
  server.setHook(() => {
    server.setRoot(join(dir.path, 'new'));
    return undefined;
  });
  expect(await text()).toBe('new');
  server.setHook(() => ({ kind: 'status', status: 403 }));
  expect((await fetch(`${server.url}/f`)).status).toBe(403);
  server.setHook(() => ({ kind: 'body', body: Buffer.from('forged') }));
  expect(await text()).toBe('forged');
  server.setHook(() => ({ kind: 'cut', afterBytes: 1 }));
  await expect(text()).rejects.toThrow();
});
