import { sha256Hex } from '../../../src/core/digest.ts';
import type { StoreChange } from '../world/watch-storage.ts';

/** What the store holds, at hand at once; digests are made once for each object. */
export interface Shadow {
  apply(change: StoreChange): void;
  bytes(key: string): Uint8Array | undefined;
  sha256(key: string): string | undefined;
  keys(prefix: string): readonly string[];
}

export function createShadow(): Shadow {
  const objects = new Map<string, { readonly bytes: Uint8Array; sha256?: string }>();
  return {
    apply(change) {
      if (change.type === 'put') objects.set(change.key, { bytes: change.bytes });
      else objects.delete(change.key);
    },
    bytes: (key) => objects.get(key)?.bytes,
    sha256(key) {
      const object = objects.get(key);
      if (object === undefined) return undefined;
      object.sha256 ??= sha256Hex(object.bytes);
      return object.sha256;
    },
    keys: (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)),
  };
}
