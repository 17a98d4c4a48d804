/** Public subpath `pakhus/core`: errors, digests, ids, clock. No I/O. */
export type { ByteSource } from './byte-source.ts';
export { type Clock, systemClock } from './clock.ts';
export { createSha256, isSha256Hex, type Sha256, sha256Hex } from './digest.ts';
export { ERROR_CODES, type ErrorCode } from './error-codes.ts';
export { type ErrorContext, hasCode, PakhusError } from './pakhus-error.ts';
export { createUlidFactory, isUlid, type RandomBytes, ulidTime } from './ulid.ts';
