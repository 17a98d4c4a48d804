import { PakhusError } from '../core/pakhus-error.ts';
import type { CallOptions, ObjectInfo, Storage } from './storage.ts';

/** How much of an object a caller is ready to hold in memory. */
export interface ReadAllOptions extends CallOptions {
  /** Largest object that is read; a larger one fails with STORE_OBJECT_TOO_LARGE before it is read. */
  readonly limitBytes: number;
}

/** All bytes of an object. Errors: as of {@link readObject}. */
export async function readBytes(storage: Storage, key: string, options: ReadAllOptions): Promise<Uint8Array> {
  return (await readObject(storage, key, options)).bytes;
}

/**
 * All bytes of an object, and what the store says of it.
 * Errors: those of `read`; STORE_OBJECT_TOO_LARGE; STORE_UNAVAILABLE when the bytes end early.
 */
export async function readObject(
  storage: Storage,
  key: string,
  options: ReadAllOptions,
): Promise<{ readonly info: ObjectInfo; readonly bytes: Uint8Array }> {
  const { info, body } = await storage.read(key, { ...options, whole: true });
  const chunks: Uint8Array[] = [];
  let total = 0;
  const iterator = body[Symbol.asyncIterator]();
  try {
    if (info.sizeBytes > options.limitBytes) throw tooLarge(storage, key, options.limitBytes);
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      total += step.value.length;
      if (total > options.limitBytes) throw tooLarge(storage, key, options.limitBytes);
      chunks.push(step.value);
    }
  } finally {
    await iterator.return?.();
  }
  if (total !== info.sizeBytes) {
    throw new PakhusError(
      'STORE_UNAVAILABLE',
      `${storage.name}: ${key} ended after ${total} of ${info.sizeBytes} bytes`,
      { details: { store: storage.name, key } },
    );
  }
  const [only] = chunks;
  const bytes = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, total);
  return { info, bytes };
}

/** Like {@link readBytes}, as text. Bytes that are not UTF-8 fail with STORE_OBJECT_CORRUPT. */
export async function readText(storage: Storage, key: string, options: ReadAllOptions): Promise<string> {
  const bytes = await readBytes(storage, key, options);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PakhusError('STORE_OBJECT_CORRUPT', `${storage.name}: ${key} is not UTF-8 text`, {
      details: { store: storage.name, key },
      cause,
    });
  }
}

function tooLarge(storage: Storage, key: string, limitBytes: number): PakhusError {
  return new PakhusError(
    'STORE_OBJECT_TOO_LARGE',
    `${storage.name}: ${key} is larger than the ${limitBytes} bytes that are read of it`,
    { details: { store: storage.name, key, limitBytes } },
  );
}
