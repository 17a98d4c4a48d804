/** Requests that the SDK does not send. */
import type { Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { text } from 'node:stream/consumers';

/** More than callers are let make requests at once: who waits for a socket is timed out as if the store did not answer. */
const SOCKETS = 256;
/** Without a byte in either direction. A server-side copy of 5 GiB says nothing for a while. */
export const IDLE_MS = 60_000;

/** Connections that are kept, of the SDK as well. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * HTTP, not imported by name: an import looks at all that there is, and so loads a client of web sockets, which takes longer than the
 * rest of HTTP.
 */
const httpModule = () => process.getBuiltinModule('node:http');
const httpsModule = () => process.getBuiltinModule('node:https');

export function createAgents(): Agents {
  const options = { keepAlive: true, maxSockets: SOCKETS };
  return { http: new (httpModule().Agent)(options), https: new (httpsModule().Agent)(options) };
}

/** How a request is told to stop. */
export interface Handling {
  readonly abortSignal?: AbortSignal;
}

export interface Request extends Handling {
  readonly method: 'DELETE' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A refusal, in the form of the SDK's errors. */
export interface Refusal extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: Pick<Answer, 'headers'>;
}

/** Errors: the network's own. */
export async function sendRequest(
  { http, https }: Agents,
  { method, url, headers = {}, body, abortSignal }: Request,
): Promise<Answer> {
  const options = { method, headers, timeout: IDLE_MS, ...(abortSignal && { signal: abortSignal }) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked =
      url.protocol === 'https:'
        ? httpsModule().request(url, { ...options, agent: https }, resolve)
        : httpModule().request(url, { ...options, agent: http }, resolve);
    asked.on('timeout', () => asked.destroy(timedOut()));
    asked.on('error', reject);
    asked.end(body);
  });
  const said = await text(response);
  return { status: response.statusCode ?? 0, headers: plainHeaders(response.headers), body: said };
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

export function refusalOf({ status, headers, body }: Answer): Refusal {
  const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? `Status${status}`;
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? '';
  const told = { name: code, $metadata: { httpStatusCode: status }, $response: { headers } };
  return Object.assign(new Error(message), told);
}

/** Of a header that came several times, the values are one text already, but for cookies. */
function plainHeaders({ 'set-cookie': _, ...headers }: IncomingHttpHeaders): Answer['headers'] {
  return headers as Answer['headers'];
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
}
