/** A proxy in front of an S3 server: counts requests and bytes, and holds every request back as a longer way would. */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What went through since the last `take`. */
export interface Traffic {
  readonly requests: number;
  /** `PUT 14, GET 3` */
  readonly methods: string;
  /** Of bodies. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface Proxy {
  readonly endpoint: string;
  /** What went through until now; counting begins anew. */
  take(): Traffic;
  stop(): Promise<void>;
}

/** Passes everything on to `endpoint`, `delayMs` after it came. Signatures hold: `Host` stays what the client sent. */
export async function startProxy(endpoint: string, delayMs: number): Promise<Proxy> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const methods = new Map<string, number>();
  let bytesUp = 0;
  let bytesDown = 0;

  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path, headers } = incoming;
    methods.set(method, (methods.get(method) ?? 0) + 1);
    await sleep(delayMs);
    const outgoing = request({ hostname, port, method, path, headers, agent });
    outgoing.on('response', (from) => {
      answer.writeHead(from.statusCode ?? 502, from.rawHeaders);
      from.on('data', (chunk: Buffer) => {
        bytesDown += chunk.length;
      });
      from.pipe(answer);
    });
    outgoing.on('error', (error) => answer.destroy(error));
    incoming.on('data', (chunk: Buffer) => {
      bytesUp += chunk.length;
    });
    incoming.pipe(outgoing);
  };

  const server = createServer((incoming, answer) => {
    pass(incoming, answer).catch((error: Error) => answer.destroy(error));
  });
  // Clients that wait for leave to send get it at once; the wait is made before their request goes on.
  server.on('checkContinue', (incoming: IncomingMessage, answer: ServerResponse) => {
    answer.writeContinue();
    pass(incoming, answer).catch((error: Error) => answer.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    take: () => {
      const counts = [...methods].sort(([, a], [, b]) => b - a);
      const traffic = {
        requests: counts.reduce((sum, [, count]) => sum + count, 0),
        methods: counts.map(([name, count]) => `${name} ${count}`).join(', '),
        bytesUp,
        bytesDown,
      };
      methods.clear();
      bytesUp = 0;
      bytesDown = 0;
      return traffic;
    },
    stop: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
