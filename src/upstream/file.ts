/** `file:` URLs: a folder that clients read themselves, with the answers that a web server would give. */
import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readWithin } from './body.ts';
import { networkError } from './network-error.ts';
import type { UrlAnswer, UrlReader, UrlRequest } from './url-reader.ts';

const STATUS_OF: ReadonlyMap<unknown, number> = new Map([
  ['ENOENT', 404],
  ['ENOTDIR', 404],
  ['EACCES', 403],
  ['EPERM', 403],
]);

/** Files are read whole: ranges and conditions are not looked at. */
export function createFileReader(): UrlReader {
  return async (request) => {
    request.signal?.throwIfAborted();
    try {
      return await openFile(fileURLToPath(request.url), request);
    } catch (error) {
      const status = STATUS_OF.get(error instanceof Error && 'code' in error ? error.code : undefined);
      if (status === undefined) throw networkError(request.url, error);
      return empty(status);
    }
  };
}

async function openFile(path: string, { url, method, limitBytes, signal }: UrlRequest): Promise<UrlAnswer> {
  const info = await stat(path);
  if (!info.isFile()) return empty(404);
  await access(path, constants.R_OK);
  const headers = {
    'content-length': String(info.size),
    'last-modified': new Date(info.mtimeMs).toUTCString(),
  };
  if (method === 'HEAD') return { ...empty(200), headers };
  return { ...empty(200), headers, body: readWithin(chunksOf(path, signal), { url, limitBytes, signal }) };
}

/** Opened when it is read. */
async function* chunksOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, signal && { signal });
}

function empty(status: number): UrlAnswer {
  return { status, headers: {}, redirects: [], body: nothing(), discard: () => undefined };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
