/**
 * One HTTP request, without a memory of earlier ones. `node:http` and not `fetch`: what a proxy encoded has to be seen as it came,
 * while `fetch` decodes it, and clients of a plain http proxy send it the request itself, not a CONNECT.
 *
 * Proxies: http_proxy, https_proxy and no_proxy of the environment that is handed in; without one, Node's own, with NODE_USE_ENV_PROXY=1.
 */
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { readWithin } from './body.ts';
import { failed, networkError, safeUrl } from './network-error.ts';
import type { Redirect, UrlAnswer, UrlReader, UrlRequest } from './url-reader.ts';

const TIMEOUT_MS = 30_000;
/** As many as apt follows. */
const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface HttpOptions {
  /** Names the proxies. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Follows redirects to http and https. Credentials stay with the server that they are for. */
export function createHttpReader({ env }: HttpOptions = {}): UrlReader {
  const agents = createAgents(env);
  return async (request) => {
    const redirects: Redirect[] = [];
    let { url } = request;
    for (;;) {
      const response = await send(url, { ...withoutSecrets(request, url), agents });
      const status = response.statusCode ?? 0;
      const location = REDIRECTS.has(status) ? response.headers.location : undefined;
      if (location === undefined) return toAnswer(response, { url, request, status, redirects });
      response.destroy();
      url = redirectTarget(url, location);
      redirects.push({ status, to: safeUrl(url) });
      if (redirects.length > MAX_REDIRECTS) throw tooManyRedirects(request.url);
    }
  };
}

type Sent = UrlRequest & { readonly agents: Agents };

function withoutSecrets(request: UrlRequest, url: string): UrlRequest {
  if (request.headers?.['authorization'] === undefined || new URL(url).origin === new URL(request.url).origin)
    return request;
  const { authorization: _, ...headers } = request.headers;
  return { ...request, headers };
}

/** Connections are kept, apart from those of others, where proxies are named. */
interface Agents {
  readonly http: () => Promise<HttpAgent | undefined>;
  readonly https: () => Promise<HttpsAgent | undefined>;
}

function createAgents(env: HttpOptions['env']): Agents {
  if (env === undefined) return { http: async () => undefined, https: async () => undefined };
  const options = { keepAlive: true, proxyEnv: env };
  let [http, https]: [Promise<HttpAgent>?, Promise<HttpsAgent>?] = [];
  return {
    http: () => (http ??= import('node:http').then(({ Agent }) => new Agent(options))),
    https: () => (https ??= import('node:https').then(({ Agent }) => new Agent(options))),
  };
}

async function send(url: string, request: Sent): Promise<IncomingMessage> {
  try {
    return await attempt(url, request);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (error instanceof ClosedWhileIdle) return send(url, request);
    throw networkError(url, error);
  }
}

/** The server closed a kept connection at the moment when it was used again. Each time there is one of these less. */
class ClosedWhileIdle extends Error {}

async function attempt(url: string, request: Sent): Promise<IncomingMessage> {
  const isSecure = url.startsWith('https:');
  // Loaded late: a command that asks nobody need not wait for it.
  const { request: open } = await (isSecure ? import('node:https') : import('node:http'));
  const { method = 'GET', timeoutMs = TIMEOUT_MS, signal, agents } = request;
  const agent = await (isSecure ? agents.https() : agents.http());
  const headers = {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'pakhus',
    ...request.headers,
  };
  return new Promise((resolve, reject) => {
    const asked = open(url, { method, headers, ...(agent && { agent }), ...(signal && { signal }) });
    const timer = setTimeout(() => asked.destroy(timedOut()), timeoutMs);
    asked.on('response', (response) => {
      clearTimeout(timer);
      response.setTimeout(timeoutMs, () => response.destroy(timedOut()));
      resolve(response);
    });
    asked.on('error', (error) => {
      clearTimeout(timer);
      const isIdle = asked.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      reject(isIdle ? new ClosedWhileIdle() : error);
    });
    asked.end();
  });
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
}

interface Answered {
  readonly url: string;
  readonly request: UrlRequest;
  readonly status: number;
  readonly redirects: readonly Redirect[];
}

function toAnswer(response: IncomingMessage, { url, request, status, redirects }: Answered): UrlAnswer {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return {
    status,
    headers,
    redirects,
    body: readWithin(response, { url, limitBytes: request.limitBytes, signal: request.signal }),
    discard: () => response.destroy(),
  };
}

function redirectTarget(from: string, location: string): string {
  const target = URL.parse(location, from);
  if (target !== null && /^https?:$/.test(target.protocol)) return target.href;
  throw failed(from, {
    reason: 'redirect',
    why: 'the server redirects to something that is no http or https URL',
    hint: 'Correct the redirect of the web server.',
  });
}

function tooManyRedirects(url: string): Error {
  return failed(url, {
    reason: 'redirect',
    why: `the server redirects more than ${MAX_REDIRECTS} times`,
    hint: 'Correct the redirects of the web server: they lead in a circle, or nearly so.',
  });
}
