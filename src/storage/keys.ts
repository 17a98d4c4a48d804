import { PakhusError } from '../core/pakhus-error.ts';
import type { DeleteOptions, WriteOptions } from './storage.ts';

const SEGMENT_BYTES = 255;
const KEY_BYTES = 1024;
const FORBIDDEN = /[\p{Cc}\\]/u;
const PLAIN_ASCII = /^[\x20-\x7e]*$/;
/** From here on, UTF-16 code units and UTF-8 bytes sort differently: surrogates stand for the highest characters. */
const FIRST_SURROGATE = 0xd800;

/**
 * Fails with STORE_KEY_INVALID when `key` is not one that every store takes (see {@link Storage}).
 * @param store Name of the store, for the message.
 */
export function checkKey(key: string, store: string): void {
  const problem = byteLength(key) > KEY_BYTES ? tooLong('key', KEY_BYTES) : segmentsProblem(key.split('/'));
  if (problem !== undefined) throw invalid(`key ${JSON.stringify(shorten(key))}`, { store, problem });
}

/** A write cannot both create and replace: that is a bug of the caller. */
export function checkConditions({ ifAbsent, ifMatch }: WriteOptions): void {
  if (ifAbsent === true && ifMatch !== undefined)
    throw new TypeError('ifAbsent and ifMatch exclude each other');
}

/** Refuses a delete whose time has passed. */
export function checkNotLate(
  at: { readonly store: string; readonly key: string; readonly nowMs: number },
  { untilMs }: DeleteOptions,
): void {
  if (untilMs === undefined || at.nowMs < untilMs) return;
  throw new PakhusError('STORE_CONFLICT', `${at.store}: ${at.key}: too late to delete it`, {
    details: { store: at.store, key: at.key, untilMs },
  });
}

/** Like {@link checkKey} for the prefix of a list: whole segments, then the beginning of one, which may be empty. */
export function checkPrefix(prefix: string, store: string): void {
  const segments = prefix.split('/');
  const last = segments.pop() ?? '';
  const problem =
    byteLength(prefix) > KEY_BYTES
      ? tooLong('prefix', KEY_BYTES)
      : (segmentsProblem(segments) ?? charactersProblem(last));
  if (problem !== undefined) throw invalid(`prefix ${JSON.stringify(shorten(prefix))}`, { store, problem });
}

/** True for a key that every store takes. */
export function isKey(key: string): boolean {
  return byteLength(key) <= KEY_BYTES && segmentsProblem(key.split('/')) === undefined;
}

/** True when `name` can be one segment of a key. */
export function isKeySegment(name: string): boolean {
  return segmentsProblem([name]) === undefined;
}

/** Order of two keys by their UTF-8 bytes, as every store lists them: negative, 0 or positive. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Puts surrogates (U+10000 and above) after U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < 0xe000 ? unit + 0x10000 : unit;
}

function segmentsProblem(segments: readonly string[]): string | undefined {
  for (const segment of segments) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has the segment "${segment}"`;
    const problem = charactersProblem(segment);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function charactersProblem(segment: string): string | undefined {
  if (FORBIDDEN.test(segment)) return 'it has a control character or a backslash';
  if (!segment.isWellFormed()) return 'it cannot be written as UTF-8';
  return byteLength(segment) > SEGMENT_BYTES ? tooLong('segment', SEGMENT_BYTES) : undefined;
}

function tooLong(what: string, limit: number): string {
  return `the ${what} is longer than ${limit} bytes`;
}

function byteLength(text: string): number {
  return PLAIN_ASCII.test(text) ? text.length : Buffer.byteLength(text);
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function invalid(what: string, why: { readonly store: string; readonly problem: string }): PakhusError {
  return new PakhusError('STORE_KEY_INVALID', `${why.store}: ${what} cannot be used: ${why.problem}`, {
    details: { store: why.store },
  });
}
