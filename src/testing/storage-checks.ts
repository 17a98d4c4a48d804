/** Steps that many cases take. */
import assert from 'node:assert/strict';
import type { ErrorCode } from '../core/error-codes.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { readBytes } from '../storage/read-all.ts';
import type { ObjectInfo, ReopenableBody, Storage } from '../storage/storage.ts';

/** Largest object of the suite. */
export const LARGE_BYTES: number = 3 * 1024 * 1024;
const READ_LIMIT_BYTES = 2 * LARGE_BYTES;

/** `text` as bytes. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes that differ from place to place, so that a wrong range shows. */
export function patternBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

/** A body that comes in `chunks`; `onChunk` runs before each, and what it throws is the body's own error. */
export function bodyOf(
  chunks: readonly Uint8Array[],
  options: { readonly sizeBytes?: number; readonly onChunk?: (index: number) => void } = {},
): ReopenableBody {
  return {
    sizeBytes: options.sizeBytes ?? chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    open: async function* () {
      for (const [index, chunk] of chunks.entries()) {
        options.onChunk?.(index);
        yield chunk;
      }
    },
  };
}

/** The whole object as text. */
export async function textAt(storage: Storage, key: string): Promise<string> {
  return new TextDecoder().decode(await contentOf(storage, key));
}

/** The whole object. */
export function contentOf(storage: Storage, key: string): Promise<Uint8Array> {
  return readBytes(storage, key, { limitBytes: READ_LIMIT_BYTES });
}

/** What an iteration gives, to its end. */
export async function allOf<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

/** Fails unless the two hold the same bytes; says where they part, not what they hold. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length, 'number of bytes');
  assert.equal(Buffer.compare(actual, expected), 0, 'the bytes differ');
}

/** All keys below `prefix`, in the order in which they are listed. */
export async function keysOf(storage: Storage, prefix = '', startAfter?: string): Promise<string[]> {
  return (await infosOf(storage, prefix, startAfter)).map(({ key }) => key);
}

/** Like {@link keysOf}, with all that the list says. */
export async function infosOf(storage: Storage, prefix = '', startAfter?: string): Promise<ObjectInfo[]> {
  return allOf(storage.list(prefix, startAfter === undefined ? {} : { startAfter }));
}

/** Fails unless `work` fails with `code` and its message names the store, then `key`. */
export async function failsWith(
  code: ErrorCode,
  work: Promise<unknown>,
  named?: { readonly storage: Storage; readonly key: string },
): Promise<void> {
  const error = await work.then(
    () => assert.fail(`succeeded instead of failing with ${code}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof PakhusError)) throw error;
  assert.equal(error.code, code, error.message);
  if (named === undefined) return;
  const place = `${named.storage.name}/${named.key}`;
  assert.ok(error.message.replace(': ', '/').includes(place), `"${error.message}" does not name ${place}`);
}

/** Fails unless `work` fails with exactly this error. */
export async function failsAsItIs(expected: unknown, work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => assert.fail('succeeded instead of failing'),
    (reason: unknown) => reason,
  );
  assert.equal(error, expected);
}
