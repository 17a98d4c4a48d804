import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebServer } from './web-server.ts';

/**
 * What stands for a CDN: a proxy of clients that answers for any host from a bucket, without credentials.
 *
 *     apt ── GET http://packages.example.org/tools/… ──▶ here ── GET /BUCKET/tools/… ──▶ the bucket's server
 */
export async function startBucketFront({
  endpoint,
  bucket,
}: {
  readonly endpoint: string;
  readonly bucket: string;
}): Promise<WebServer> {
  const server = createServer((asked, response) => pass(asked, response, `${endpoint}/${bucket}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function pass(asked: IncomingMessage, response: ServerResponse, base: string): void {
  const { host: _, 'proxy-connection': __, ...headers } = asked.headers;
  const [, path = '/'] = /^(?:https?:\/\/[^/]+)?(\/.*)?$/.exec(asked.url ?? '') ?? [];
  const onward = request(base + path, { method: asked.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  onward.end();
}
