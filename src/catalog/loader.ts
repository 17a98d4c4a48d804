import type { CallOptions } from '../storage/storage.ts';
import type { BlobRef } from './blobs.ts';

/** Reads what blobs hold; the youngest of them are kept. */
export interface Loader<T> {
  load(ref: BlobRef, options?: CallOptions): Promise<T>;
  /** Makes known what was just written. */
  add(ref: BlobRef, value: T): void;
}

/** More than the runs or indexes of a revision of any size; a server that lives for months holds no more. */
const KEPT = 128;

export function createLoader<T>(read: (ref: BlobRef, options?: CallOptions) => Promise<T>): Loader<T> {
  const known = new Map<string, Promise<T>>();
  const remember = (key: string, value: Promise<T>): void => {
    known.delete(key);
    known.set(key, value);
    for (const oldest of known.keys()) {
      if (known.size <= KEPT) break;
      known.delete(oldest);
    }
    // Whoever asks again may have more luck; those who wait are told.
    value.catch(() => known.delete(key));
  };
  return {
    load(ref, options) {
      const value = known.get(ref.key) ?? read(ref, options);
      remember(ref.key, value);
      return value;
    },
    add: ({ key }, value) => remember(key, Promise.resolve(value)),
  };
}
