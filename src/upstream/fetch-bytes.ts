/** A whole answer in memory. One that broke on the way is asked for again, from its start: nobody knows yet what it should be. */
import { mayPass } from './network-error.ts';
import { ATTEMPTS, pauseMs, type RetryOptions } from './retry.ts';
import type { UrlReader, UrlRequest } from './url-reader.ts';

export interface FetchedBytes {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** @param read Asks again by itself where a server says "not now": see `withRetries`. @throws NETWORK_FAILED */
export async function fetchBytes(
  read: UrlReader,
  request: UrlRequest,
  options: RetryOptions,
): Promise<FetchedBytes> {
  const { attempts = ATTEMPTS, clock } = options;
  for (let attempt = 1; ; attempt++) {
    const { status, headers, body } = await read(request);
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      return { status, headers, bytes: Buffer.concat(chunks) };
    } catch (error) {
      if (attempt >= attempts || !mayPass(error)) throw error;
    }
    options.onRetry?.();
    await clock.sleep(pauseMs(attempt, options), request.signal);
  }
}
