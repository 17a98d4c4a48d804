/**
 * One file of which size and digest are known, whatever happens on the way.
 *
 * ```
 * GET ──200──▶ bytes ──cut──▶ GET, Range: from there on ──206──▶ further bytes ──▶ all there? digest right? ──▶ the last piece
 *                                                       └─200──▶ passed over up to there
 * ```
 * The last piece is held back until the digest is known to be right, so that whoever writes all or nothing never keeps another file.
 */
import { createSha256 } from '../core/digest.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { failed, mayPass, safeUrl } from './network-error.ts';
import { ATTEMPTS, pauseMs, type RetryOptions } from './retry.ts';
import type { UrlAnswer, UrlReader } from './url-reader.ts';

/** What is known of a file before it is fetched. */
export interface ExpectedFile {
  readonly url: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface DownloadOptions extends RetryOptions {
  readonly signal?: AbortSignal | undefined;
}

/** So much between two failures, and the patience starts anew. */
const PROGRESS_BYTES = 1024 * 1024;
/** A server that gives less than this over a minute counts as one that gives nothing. */
const SLOWEST_BYTES = 60 * 1024;
const SLOW_WINDOW_MS = 60_000;

/**
 * @param read Asks again by itself where a server says "not now": see `withRetries`.
 * @throws PACKAGE_CHANGED for another file than the expected one, or none; NETWORK_FAILED
 */
export async function* download(
  read: UrlReader,
  file: ExpectedFile,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const digest = createSha256();
  let held: Uint8Array | undefined;
  for await (const chunk of wholeBody(read, file, options)) {
    digest.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (digest.hex() !== file.sha256) throw changed(file, 'it is not the file that the index names');
  if (held !== undefined) yield held;
}

async function* wholeBody(
  read: UrlReader,
  file: ExpectedFile,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const { url, sizeBytes } = file;
  const { clock, attempts = ATTEMPTS, signal } = options;
  let received = 0;
  let validator: string | undefined;
  let failures = 0;
  let receivedAtFailure = 0;
  for (;;) {
    const range = received === 0 ? {} : { range: `bytes=${received}-` };
    const headers = { ...range, ...(received > 0 && validator && { 'if-range': validator }) };
    const answer = await read({ url, headers, limitBytes: sizeBytes, signal });
    let skip = checkAnswer(answer, file, received);
    validator = validatorOf(answer) ?? validator;
    try {
      for await (const chunk of watchSpeed(answer.body, { url, clock })) {
        const rest = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - rest.length;
        received += rest.length;
        if (received > sizeBytes) throw changed(file, `it has more than ${sizeBytes} bytes`);
        if (rest.length > 0) yield rest;
      }
      if (received === sizeBytes) return;
      throw changed(file, `it ends after ${received} of ${sizeBytes} bytes`);
    } catch (error) {
      if (received - receivedAtFailure >= PROGRESS_BYTES) failures = 0;
      receivedAtFailure = received;
      failures += 1;
      if (failures >= attempts || !mayPass(error)) throw error;
    }
    options.onRetry?.();
    await clock.sleep(pauseMs(failures, options), signal);
  }
}

/** How many bytes at the start of the body are known already. @throws PACKAGE_CHANGED, NETWORK_FAILED */
function checkAnswer(answer: UrlAnswer, file: ExpectedFile, received: number): number {
  const { status, headers } = answer;
  const problem = problemOf(answer, file, received);
  if (problem === undefined) return status === 206 ? 0 : received;
  answer.discard();
  if (typeof problem !== 'number') throw changed(file, problem.why);
  const url = safeUrl(file.url);
  const later = headers['retry-after'] === undefined ? '' : ` and Retry-After: ${headers['retry-after']}`;
  throw new PakhusError('NETWORK_FAILED', `${url}: the server answers with status ${status}${later}`, {
    hint: 'Try again later: what was fetched so far is kept.',
    details: { url, reason: 'other', status },
  });
}

/** A number: a status that says nothing about the file. */
function problemOf(
  { status, headers }: UrlAnswer,
  { sizeBytes }: ExpectedFile,
  received: number,
): { readonly why: string } | number | undefined {
  // A bucket says 403 of what is not there, where nobody may list it.
  if (status === 404 || status === 403 || status === 410) return { why: 'it is not there' };
  if (status === 416) return { why: `it has no more than ${received} bytes` };
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
    if (received > 0 && Number(start) === received && (total === '*' || Number(total) === sizeBytes))
      return undefined;
    return { why: 'the server gives another part of it than was asked for' };
  }
  if (status !== 200) return status;
  const length = headers['content-length'];
  if (length === undefined || Number(length) === sizeBytes) return undefined;
  return { why: `it has ${length} bytes, and the index says ${sizeBytes}` };
}

/** What a server keeps to when a part is asked for; a weak etag is none. */
function validatorOf({ headers }: UrlAnswer): string | undefined {
  const { etag } = headers;
  return etag !== undefined && !etag.startsWith('W/') ? etag : headers['last-modified'];
}

/** Ends a body that hardly moves: each piece comes in time, and the whole never would. Only waiting for the server counts. */
async function* watchSpeed(
  body: AsyncIterable<Uint8Array>,
  { url, clock }: { readonly url: string; readonly clock: Pick<DownloadOptions['clock'], 'now'> },
): AsyncGenerator<Uint8Array> {
  let waitedMs = 0;
  let bytes = 0;
  let askedMs = clock.now();
  for await (const chunk of body) {
    waitedMs += clock.now() - askedMs;
    bytes += chunk.length;
    yield chunk;
    askedMs = clock.now();
    if (waitedMs < SLOW_WINDOW_MS) continue;
    if (bytes < SLOWEST_BYTES) {
      throw failed(url, {
        reason: 'timeout',
        why: `the server gave ${bytes} bytes in ${Math.round(waitedMs / 1000)} s`,
        hint: 'Try again later, or another server that has the same files.',
      });
    }
    waitedMs = 0;
    bytes = 0;
  }
}

function changed(file: ExpectedFile, why: string): PakhusError {
  const url = safeUrl(file.url);
  return new PakhusError('PACKAGE_CHANGED', `${url}: ${why}`, {
    hint: 'The repository may have changed meanwhile: run the command again.',
    details: { url },
  });
}
