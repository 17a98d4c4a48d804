import { sha256Hex } from '../../../src/core/digest.ts';
import type { StoreChange } from '../world/watch-storage.ts';

/** What the store holds, at hand at once; digests are made once for each object. */
export interface Shadow {
  apply(change: StoreChange): void;
  bytes(key: string): Uint8Array | undefined;
  sha256(key: string): string | undefined;
  keys(prefix: string): readonly string[];
  /** It was there, and somebody deleted it. */
  wasDeleted(key: string): boolean;
  /** The same for stores that hold the same. */
  digest(): string;
}

export function createShadow(): Shadow {
  const objects = new Map<string, { readonly bytes: Uint8Array; sha256?: string }>();
  const deleted = new Set<string>();
  const digestOf = (key: string): string | undefined => {
    const object = objects.get(key);
    if (object === undefined) return undefined;
    object.sha256 ??= sha256Hex(object.bytes);
    return object.sha256;
  };
  return {
    apply(change) {
      if (change.type === 'put') objects.set(change.key, { bytes: change.bytes });
      else if (objects.delete(change.key)) deleted.add(change.key);
    },
    bytes: (key) => objects.get(key)?.bytes,
    sha256: digestOf,
    keys: (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)),
    wasDeleted: (key) => deleted.has(key) && !objects.has(key),
    digest: () =>
      sha256Hex(
        [...objects.keys()]
          .sort()
          .flatMap((key) => [key, digestOf(key)])
          .join(),
      ),
  };
}
