import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createAnsweringServer } from '../../tests/support/answering-server.ts';
import { createHttpReader } from './http.ts';
import type { UrlAnswer, UrlRequest } from './url-reader.ts';

const read = createHttpReader();
const LIMIT = { limitBytes: 1000 };

async function textOf({ body }: UrlAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Asks a server that answers as `listener` does, and reads the answer to its end. */
async function ask(listener: RequestListener, request: Partial<UrlRequest> = {}) {
  await using server = await createAnsweringServer(listener);
  const answer = await read({ ...LIMIT, ...request, url: `${server.url}${request.url ?? '/file'}` });
  return { ...answer, text: await textOf(answer), server: server.url };
}

describe('an answer', () => {
  test('has status, headers and the bytes', async () => {
    const found = await ask((_, response) => response.setHeader('x-many', ['a', 'b']).end('hello'));
    expect(found).toMatchObject({
      status: 200,
      headers: { 'content-length': '5', 'x-many': 'a, b' },
      redirects: [],
      text: 'hello',
    });
  });

  test('of any status is data', async () => {
    const { status, text } = await ask((_, response) => response.writeHead(403).end('no'));
    expect({ status, text }).toEqual({ status: 403, text: 'no' });
  });

  test('to HEAD has no body', async () => {
    const { headers, text } = await ask((_, response) => response.setHeader('content-length', 9).end(), {
      method: 'HEAD',
    });
    expect({ length: headers['content-length'], text }).toEqual({ length: '9', text: '' });
  });

  test('is not decoded, and no encoding is asked for', async () => {
    const packed = gzipSync('hello');
    let asked: IncomingHttpHeaders = {};
    await using server = await createAnsweringServer((request, response) => {
      asked = request.headers;
      response.setHeader('content-encoding', 'gzip').end(packed);
    });
    const { headers, body } = await read({ ...LIMIT, url: server.url, headers: { range: 'bytes=0-99' } });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    expect(headers['content-encoding']).toBe('gzip');
    expect(Buffer.concat(chunks)).toEqual(packed);
    expect(asked).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'pakhus',
      range: 'bytes=0-99',
    });
  });

  test('may be left unread', async () => {
    await using server = await createAnsweringServer((_, response) => void response.write('more to come'));
    const answer = await read({ ...LIMIT, url: server.url });
    answer.discard();
    expect(answer.status).toBe(200);
  });

  test('comes although the server closed the kept connection meanwhile', async () => {
    let requests = 0;
    await using server = await createAnsweringServer((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.end(String(requests));
    });
    expect(await textOf(await read({ ...LIMIT, url: server.url }))).toBe('1');
    expect(await textOf(await read({ ...LIMIT, url: server.url }))).toBe('3');
  });
});

describe('redirects', () => {
  const redirectTo =
    (location: string, status = 302): RequestListener =>
    (request, response) =>
      request.url === '/file'
        ? response.writeHead(status, { location }).end('moved')
        : response.end(`here: ${request.url}`);

  test.each([301, 302, 303, 307, 308])('%i is followed and told', async (status) => {
    const found = await ask(redirectTo('/other?key=secret', status));
    expect(found.text).toBe('here: /other?key=secret');
    expect(found.redirects).toEqual([{ status, to: `${found.server}/other?…` }]);
  });

  test('credentials stay with the server that they are for', async () => {
    const sent: (string | undefined)[] = [];
    const note: RequestListener = ({ headers, url }, response) => {
      sent.push(headers.authorization);
      if (url === '/here') response.writeHead(302, { location: '/there' }).end();
      else response.end();
    };
    await using elsewhere = await createAnsweringServer(note);
    await ask(note, { url: '/here', headers: { authorization: 'Bearer x' } });
    await ask((_, response) => response.writeHead(302, { location: `${elsewhere.url}/there` }).end(), {
      headers: { authorization: 'Bearer x' },
    });
    expect(sent).toEqual(['Bearer x', 'Bearer x', undefined]);
  });

  test('300, and one that leads nowhere, are answers', async () => {
    expect((await ask(redirectTo('/other', 300))).status).toBe(300);
    expect((await ask((_, response) => response.writeHead(302).end())).status).toBe(302);
  });

  test.each([
    ['file:///etc/passwd', 'the server redirects to something that is no http or https URL'],
    ['http://[', 'the server redirects to something that is no http or https URL'],
    ['/file', 'the server redirects more than 10 times'],
  ])('%s is refused', async (location, why) => {
    await expect(ask(redirectTo(location))).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
      message: expect.stringMatching(new RegExp(`^http://127.0.0.1:\\d+/file: ${why}`)),
      details: { reason: 'redirect' },
    });
  });
});

describe('what fails says what, where and why', () => {
  /** How it fails, without the changing port. */
  async function failure(listener: RequestListener, request: Partial<UrlRequest> = {}) {
    const error: unknown = await ask(listener, request).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'NETWORK_FAILED', hint: expect.any(String) });
    const { message, details } = error as { message: string; details: Record<string, unknown> };
    return { reason: details['reason'], message: message.replace(/127.0.0.1:\d+/g, 'HOST') };
  }

  test('a server that says nothing', async () => {
    expect(await failure(() => undefined, { timeoutMs: 50 })).toEqual({
      reason: 'timeout',
      message: 'http://HOST/file: no answer came in time',
    });
  });

  test('a server that stops halfway', async () => {
    expect(await failure((_, response) => void response.write('half'), { timeoutMs: 50 })).toMatchObject({
      reason: 'timeout',
    });
  });

  test('a connection that is cut halfway', async () => {
    const cut: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
    };
    expect(await failure(cut)).toEqual({
      reason: 'cut',
      message: 'http://HOST/file: the connection was cut before the answer was whole',
    });
  });

  test('more bytes than are wanted', async () => {
    expect(await failure((_, response) => response.end('x'.repeat(1001)))).toEqual({
      reason: 'too-large',
      message: 'http://HOST/file: the answer has more than 1000 bytes',
    });
  });

  test('a query, which may hold a secret, is not shown', async () => {
    const { message } = await failure((_, response) => void response.destroy(), {
      url: '/file?token=secret',
    });
    expect(message).toBe('http://HOST/file?…: the connection was cut before the answer was whole');
  });

  test('no server', async () => {
    const server = await createAnsweringServer(() => undefined);
    await server[Symbol.asyncDispose]();
    const { host, port } = new URL(server.url);
    await expect(read({ ...LIMIT, url: `http://user:secret@127.0.0.1:${port}/` })).rejects.toMatchObject({
      message: `${server.url}/: ${host} refuses the connection`,
      details: { url: `${server.url}/`, reason: 'refused' },
    });
  });

  test('no such host', async () => {
    await expect(read({ ...LIMIT, url: 'http://nowhere.invalid/' })).rejects.toMatchObject({
      details: { reason: 'dns' },
    });
  });

  test('TLS with a server that has none, HTTP with one that speaks something else', async () => {
    const other = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.on('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(read({ ...LIMIT, url: `https://127.0.0.1:${port}/` })).rejects.toMatchObject({
      message: expect.stringContaining(': TLS does not work: '),
      details: { reason: 'tls' },
    });
    await expect(read({ ...LIMIT, url: `http://127.0.0.1:${port}/` })).rejects.toMatchObject({
      details: { reason: 'protocol' },
    });
    other.close();
  });

  test('whoever stops it gets their own reason', async () => {
    const stop = new AbortController();
    const asked = ask(() => stop.abort(new Error('enough')), { signal: stop.signal });
    await expect(asked).rejects.toThrow('enough');
    const later = new AbortController();
    const halfway: RequestListener = (_, response) =>
      void response.write('half', () => setImmediate(() => later.abort(new Error('enough'))));
    await expect(ask(halfway, { signal: later.signal })).rejects.toThrow('enough');
  });
});

test('proxies are those of the environment that is handed in', async () => {
  const asked: (string | undefined)[] = [];
  await using proxy = await createAnsweringServer((request, response) => {
    asked.push(request.url);
    response.end('by proxy');
  });
  await using direct = await createAnsweringServer((_, response) => response.end('direct'));
  const viaProxy = createHttpReader({ env: { http_proxy: proxy.url, no_proxy: '127.0.0.1' } });
  expect(await textOf(await viaProxy({ ...LIMIT, url: 'http://upstream.invalid/file' }))).toBe('by proxy');
  expect(await textOf(await viaProxy({ ...LIMIT, url: direct.url }))).toBe('direct');
  expect(asked).toEqual(['http://upstream.invalid/file']);
});
