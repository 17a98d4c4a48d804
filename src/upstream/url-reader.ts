/**
 * Fetching from elsewhere.
 *
 * ```
 *                     ┌ http:, https: ─▶ http.ts   one attempt, redirects followed
 * createUrlReader() ─▶┤
 *                     └ file:         ─▶ file.ts   the same answers from a folder
 * ```
 * What a server says is data, whatever its status. Only what keeps an answer from being whole is an error: NETWORK_FAILED, whose
 * `details.reason` is a {@link NetworkReason}. `withRetries`, `withLimits` and `withCredentials` are wrappers with the same port: each
 * takes a `UrlReader` and gives one. `download` gets one file of which size and digest are known, `fetchBytes` any small one.
 */
import { createFileReader } from './file.ts';
import { createHttpReader, type HttpOptions } from './http.ts';

/** Sends one request. @throws NETWORK_FAILED, or the signal's reason */
export type UrlReader = (request: UrlRequest) => Promise<UrlAnswer>;

export interface UrlRequest {
  /** http, https or file; percent-encoded. */
  readonly url: string;
  /** Default: GET. */
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** A body with more bytes is not read further: NETWORK_FAILED. */
  readonly limitBytes: number;
  /** Longest wait for an answer of each server asked, and for each further piece of its body. Default: 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface UrlAnswer {
  readonly status: number;
  /** By lower-case name; several of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the servers sent us on, in order. */
  readonly redirects: readonly Redirect[];
  /** As it came: nothing is decoded. To be read once, or given to `discard`. Errors: NETWORK_FAILED, the signal's reason. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the answer without reading its body. */
  discard(): void;
}

export interface Redirect {
  readonly status: number;
  /** For messages: without credentials and query. */
  readonly to: string;
}

/** Reads any URL that clients may be given. */
export function createUrlReader(options: HttpOptions = {}): UrlReader {
  const [http, file] = [createHttpReader(options), createFileReader()];
  return (request) => (request.url.startsWith('file:') ? file(request) : http(request));
}
