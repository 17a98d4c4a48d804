import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** A request on its way through the proxy. */
export interface PassingRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Who sends it: `AWS_SDK_UA_APP_ID` of the process; empty where it has none. */
  readonly sender: string;
}

export interface PassedRequest extends PassingRequest {
  /** Of the request's body, as far as it came. */
  readonly bytesUp: number;
}

/** Between the processes of a test and a store: it counts, and tells of each request before it goes on. */
export interface CountingProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** What has passed so far. */
  readonly passed: readonly PassedRequest[];
  /** What it resolves with ends the request there: `cut`. It may take its time. */
  onRequest: (request: PassingRequest) => Promise<'pass' | 'cut'> | 'pass' | 'cut';
}

/** Signatures stay good: the host that was signed is the proxy's. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const passed: PassedRequest[] = [];
  const pass = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '/', headers } = message;
    const sender = /\bapp\/(\S+)/.exec(headers['user-agent'] ?? '')?.[1] ?? '';
    if ((await proxy.onRequest({ method, path, sender })) === 'cut') return void message.socket.destroy();
    const entry = { method, path, sender, bytesUp: 0 };
    passed.push(entry);
    message.on('data', (chunk: Buffer) => {
      entry.bytesUp += chunk.length;
    });
    const onward = request({ hostname, port, method, path, headers });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      onward.once('response', resolve);
      onward.once('error', reject);
    });
    await Promise.all([pipeline(message, onward), answered]);
    const answer = await answered;
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    await pipeline(answer, response);
  };
  const server = createServer((message, response) => {
    pass(message, response).catch((error) => {
      // A process that is killed hangs up.
      if (!message.socket.destroyed) throw error;
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: CountingProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    onRequest: () => 'pass',
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
