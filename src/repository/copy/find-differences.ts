/** What one store has and another has not, by their lists. */
import { compareKeys } from '../../storage/keys.ts';
import type { ObjectInfo } from '../../storage/storage.ts';

/** Stores date by the second, each in its own way. */
const PRECISION_MS = 1000;

/** Something to be copied. */
export interface Difference {
  readonly key: string;
  readonly sizeBytes: number;
  /** The other store has an object of that name. */
  readonly isThere: boolean;
}

/**
 * Objects of `source` that `target` lacks, has in another size, or has from before they were last written. Both lists ascend, as all
 * lists do. What only `target` has is left alone.
 */
export async function* findDifferences(
  source: AsyncIterable<ObjectInfo>,
  target: AsyncIterable<ObjectInfo>,
): AsyncGenerator<Difference> {
  const others = target[Symbol.asyncIterator]();
  let other = await others.next();
  try {
    for await (const { key, sizeBytes, modifiedMs } of source) {
      while (other.done !== true && compareKeys(other.value.key, key) < 0) other = await others.next();
      const there = other.done !== true && other.value.key === key ? other.value : undefined;
      const isSame = there?.sizeBytes === sizeBytes && there.modifiedMs + PRECISION_MS > modifiedMs;
      if (!isSame) yield { key, sizeBytes, isThere: there !== undefined };
    }
  } finally {
    await others.return?.();
  }
}
