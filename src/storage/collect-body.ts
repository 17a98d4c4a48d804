import { PakhusError } from '../core/pakhus-error.ts';
import type { Body, CallOptions } from './storage.ts';

/** What is being written, for the message. */
export interface CollectOptions extends CallOptions {
  readonly store: string;
  readonly key: string;
}

/** All bytes of a body, in memory that the caller owns. PACKAGE_CHANGED when they are not as many as it says. */
export async function collectBody(body: Body, options: CollectOptions): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body.open()) {
    options.signal?.throwIfAborted();
    total += chunk.length;
    if (total > body.sizeBytes) throw wrongSize(options, body.sizeBytes, `at least ${total}`);
    chunks.push(new Uint8Array(chunk));
  }
  if (total !== body.sizeBytes) throw wrongSize(options, body.sizeBytes, `${total}`);
  return Buffer.concat(chunks, total);
}

/** The body is not as long as it said: its source changed. */
export function wrongSize(
  { store, key }: Pick<CollectOptions, 'store' | 'key'>,
  expected: number,
  found: string,
): PakhusError {
  return new PakhusError(
    'PACKAGE_CHANGED',
    `${store}: ${key} was not written: its source gave ${found} bytes instead of ${expected}`,
    {
      hint: 'Wait until the file is complete, then try again.',
      details: { store, key, expected, found },
    },
  );
}
