/** One file as a client gets it. */
import { createSha256 } from '../../core/digest.ts';
import { hasCode, type PakhusError } from '../../core/pakhus-error.ts';
import type { UrlAnswer, UrlReader, UrlRequest } from '../../upstream/url-reader.ts';

/** What came of a request. The body of an answer other than 200 and 206 is not read. */
export interface Fetched extends Pick<UrlAnswer, 'headers' | 'redirects'> {
  /** As it was asked for. */
  readonly url: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The bytes, when they were to be kept. */
  readonly bytes: Uint8Array;
  /** Why there is no whole answer. */
  readonly failure: PakhusError | undefined;
}

export interface FetchOptions extends Pick<UrlRequest, 'method' | 'headers' | 'signal'> {
  /** Larger answers fail. */
  readonly limitBytes: number;
  /** Keep the bytes, not only their digest. */
  readonly keep: boolean;
}

/** Gets a file. What fails is part of the result. @throws the signal's reason */
export async function fetchFile(read: UrlReader, url: string, options: FetchOptions): Promise<Fetched> {
  const { keep, ...request } = options;
  const digest = createSha256();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  let answer: Pick<UrlAnswer, 'status' | 'headers' | 'redirects'> = { status: 0, headers: {}, redirects: [] };
  const got = (failure?: PakhusError): Fetched => ({
    url,
    status: answer.status,
    headers: answer.headers,
    redirects: answer.redirects,
    sizeBytes,
    sha256: digest.hex(),
    bytes: Buffer.concat(chunks),
    failure,
  });
  try {
    const { body, discard, ...head } = await read({ url, ...request });
    answer = head;
    if (head.status !== 200 && head.status !== 206) {
      discard();
      return got();
    }
    for await (const chunk of body) {
      digest.update(chunk);
      sizeBytes += chunk.length;
      if (keep) chunks.push(chunk);
    }
    return got();
  } catch (error) {
    if (!hasCode(error, 'NETWORK_FAILED')) throw error;
    return got(error);
  }
}
