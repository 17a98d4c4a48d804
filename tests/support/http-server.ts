import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * A plain static host for tests, as a bucket or nginx would be one: files below a root, `Last-Modified` and
 * `If-Modified-Since` in whole seconds (RFC 9110, section 13.1.3), single ranges. It is not the product's server.
 */
export interface StaticServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Requests in the order of their arrival. */
  readonly log: readonly LoggedRequest[];
  /** Serves another folder from the next request on. */
  setRoot(root: string): void;
  /** Is asked before each request is answered; what it returns replaces the file. */
  setHook(hook: RequestHook | undefined): void;
  /** Forgets the log. */
  clearLog(): void;
}

/** A request and the status of its answer (0: the connection was cut). */
export interface LoggedRequest {
  readonly method: string;
  /** Decoded, with the slash in front, without a query. */
  readonly path: string;
  readonly status: number;
  readonly range: string | undefined;
}

/** What is answered instead of the file. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The file, with other headers; an undefined one is left out. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string | undefined>> }
  | {
      readonly kind: 'body';
      readonly body: Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Announces the whole file, sends this many bytes and cuts the connection. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

/** Runs before a request is answered. It may change files, or switch the root. Undefined: the file is served as it is. */
export type RequestHook = (
  path: string,
  request: IncomingMessage,
) => Promise<Fault | undefined> | Fault | undefined;

/** Serves a folder on a free port of 127.0.0.1. */
export async function createStaticServer(root: string): Promise<StaticServer> {
  let folder = root;
  let hook: RequestHook | undefined;
  let log: LoggedRequest[] = [];
  const server = createServer((request, response) => {
    const entry = {
      method: request.method ?? '',
      path: pathOf(request),
      status: 0,
      range: request.headers.range,
    };
    log.push(entry);
    answer(request, response, { path: entry.path, folder: () => folder, hook })
      .catch(() => response.destroy())
      .finally(() => {
        if (response.headersSent && !response.destroyed) entry.status = response.statusCode;
        else if (response.writableFinished) entry.status = response.statusCode;
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get log() {
      return log;
    },
    setRoot: (next) => {
      folder = next;
    },
    setHook: (next) => {
      hook = next;
    },
    clearLog: () => {
      log = [];
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Of a client that takes the server for its proxy, too. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return decodeURIComponent(url.replace(/^http:\/\/[^/]*/, '').replace(/\?.*/, ''));
}

interface Asked {
  readonly path: string;
  readonly folder: () => string;
  readonly hook: RequestHook | undefined;
}

async function answer(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
  const fault = await asked.hook?.(asked.path, request);
  if (fault?.kind === 'status' || fault?.kind === 'body') setHeaders(response, fault.headers ?? {});
  if (fault?.kind === 'status') return end(response, fault.status);
  if (fault?.kind === 'body') return end(response, 200, fault.body);
  if (asked.path.split('/').includes('..')) return end(response, 400);
  const file = join(asked.folder(), asked.path);
  const info = await stat(file).catch(() => undefined);
  if (info?.isFile() !== true) return end(response, 404);

  const modified = Math.floor(info.mtimeMs / 1000) * 1000;
  response.setHeader('Last-Modified', new Date(modified).toUTCString());
  response.setHeader('Accept-Ranges', 'bytes');
  if (fault?.kind === 'headers') setHeaders(response, fault.headers);
  if (modified <= Date.parse(request.headers['if-modified-since'] ?? '')) return end(response, 304);
  const range = rangeOf(request, { modified, size: info.size });
  if (range === 'unsatisfiable') return end(response, 416);
  response.statusCode = range === undefined ? 200 : 206;
  const { start, last } = range ?? { start: 0, last: info.size - 1 };
  response.setHeader('Content-Length', last - start + 1);
  if (range !== undefined) response.setHeader('Content-Range', `bytes ${start}-${last}/${info.size}`);
  if (request.method === 'HEAD' || info.size === 0) return end(response);
  if (fault?.kind === 'cut') {
    response.flushHeaders();
    if (fault.afterBytes > 0)
      for await (const chunk of createReadStream(file, { start, end: start + fault.afterBytes - 1 }))
        response.write(chunk);
    response.destroy();
    return;
  }
  await pipeline(createReadStream(file, { start, end: last }), response);
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) response.removeHeader(name);
    else response.setHeader(name, value);
  }
}

function end(response: ServerResponse, status?: number, body?: Uint8Array): void {
  if (status !== undefined) response.statusCode = status;
  if (body !== undefined) response.setHeader('Content-Length', body.length);
  response.end(body);
}

interface ByteRange {
  readonly start: number;
  readonly last: number;
}

/** A single range, where `If-Range` (a date here) allows it. */
function rangeOf(
  request: IncomingMessage,
  file: { readonly modified: number; readonly size: number },
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const ifRange = request.headers['if-range'];
  if (match === null || (ifRange !== undefined && Date.parse(String(ifRange)) !== file.modified))
    return undefined;
  const start = Number(match[1]);
  const last = Math.min(match[2] === '' ? Infinity : Number(match[2]), file.size - 1);
  return start > last ? 'unsatisfiable' : { start, last };
}
