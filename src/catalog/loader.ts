import type { BlobRef } from './blobs.ts';

/** Reads what blobs hold, each once. */
export interface Loader<T> {
  load(ref: BlobRef): Promise<T>;
  /** Makes known what was just written. */
  add(ref: BlobRef, value: T): void;
}

export function createLoader<T>(read: (ref: BlobRef) => Promise<T>): Loader<T> {
  const known = new Map<string, Promise<T>>();
  return {
    load(ref) {
      const value = known.get(ref.key) ?? read(ref);
      known.set(ref.key, value);
      return value;
    },
    add(ref, value) {
      known.set(ref.key, Promise.resolve(value));
    },
  };
}
