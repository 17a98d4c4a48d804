import { hasCode } from '../../src/core/pakhus-error.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { UrlAnswer, UrlReader } from '../../src/upstream/url-reader.ts';

/** Answers for the objects of a store below `url` as a good web server would, without one. The state is nobody's business. */
export function storageReader(
  store: Storage,
  url: string,
  /** Answers otherwise; undefined: as it should be. */
  faults: (path: string) => Partial<UrlAnswer> | undefined = () => undefined,
): UrlReader {
  return async (request) => {
    const path = decodeURIComponent(request.url.slice(url.length + 1));
    const { status, headers, body } = await answerTo(store, path);
    return {
      status,
      headers,
      redirects: [],
      body: chunks(body),
      discard: () => undefined,
      ...faults(path),
    };
  };
}

async function answerTo(
  store: Storage,
  path: string,
): Promise<{ status: number; headers: Record<string, string>; body: Uint8Array }> {
  const absent = { status: 404, headers: {}, body: new Uint8Array() };
  if (path.startsWith('.pakhus/')) return absent;
  try {
    const body = await readBytes(store, path, { limitBytes: 100_000_000 });
    const { modifiedMs } = await store.stat(path);
    const headers = { 'cache-control': 'no-cache', 'last-modified': new Date(modifiedMs).toUTCString() };
    return { status: 200, headers, body };
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return absent;
    throw error;
  }
}

async function* chunks(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
