/**
 * What a network or a busy store does to a request.
 *
 *                  client ──request──▶ store ──answer──▶ client
 *     request-lost          ✗                             connection cut
 *     answer-lost                       applied     ✗     connection cut, though it happened
 *     late                  ─ ─ ─ ─ ─ ▶ applied           connection cut first; it arrives when the test says so
 *     cut-request           ─ ─ ✗                         connection cut within the request's body
 *     cut-answer                        applied     ─ ✗   connection cut within the answer's body
 *     error                 ✗                             a status and a code of the store's
 *     error-in-200          ✗                             the same below a status 200, as copies and completions do it
 *     delay                 ─  ─  ─  ─▶ applied           everything goes well, slowly
 */
import type { S3Operation } from './operation.ts';

export type S3Fault =
  | { readonly type: 'request-lost' }
  | { readonly type: 'answer-lost' }
  /** `after`: arrives by itself after so many other requests. Default: only when it is released. */
  | { readonly type: 'late'; readonly after?: number }
  | { readonly type: 'cut-request'; readonly afterBytes: number }
  | { readonly type: 'cut-answer'; readonly afterBytes: number }
  | { readonly type: 'error'; readonly status: number; readonly code: string }
  | { readonly type: 'error-in-200'; readonly code: string }
  | { readonly type: 'delay'; readonly ms: number };

/** A request of which only the first line and the headers are known yet. */
export interface FaultyRequest {
  /** 0 for the server's first request. */
  readonly index: number;
  /** Undefined: nothing that this server does. */
  readonly operation: S3Operation | undefined;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Undefined: nothing goes wrong. It may take its time. */
export type DecideS3Fault = (request: FaultyRequest) => S3Fault | undefined | Promise<S3Fault | undefined>;

export const SLOW_DOWN: S3Fault = { type: 'error', status: 503, code: 'SlowDown' };
export const INTERNAL_ERROR: S3Fault = { type: 'error', status: 500, code: 'InternalError' };
export const CONFLICT: S3Fault = { type: 'error', status: 409, code: 'ConditionalRequestConflict' };
export const STORE_FULL: S3Fault = { type: 'error', status: 507, code: 'QuotaExceeded' };
