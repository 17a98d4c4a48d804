/** The work of one request; the same in a worker and, for small publishes, in the main thread. */
import type { Storage } from '../../storage/storage.ts';
import { type PackedPackages, packPackages } from './held-packages.ts';
import { type InspectOptions, inspectPackage } from './inspect-package.ts';
import type { InspectedPackage, RecognisedFile } from './inspected.ts';
import { type StoreTask, storePackage } from './store-package.ts';

/** A result, or the error of its item. */
export type Ingested<T> = { readonly value: T } | { readonly error: unknown };

/** Files that are in work at once; small ones never wait, large ones overlap reading and inflating. */
const AT_ONCE = 4;
/** A bucket answers after a while, whatever the size; it has a line of its own. */
const AT_ONCE_IN_A_BUCKET = 32;

/** Files that were read together. */
export interface InspectedBatch {
  /** One for each path, in their order; undefined: the next of `packages`. */
  readonly outcomes: readonly Ingested<RecognisedFile | undefined>[];
  readonly packages: PackedPackages;
}

export async function inspectAll(paths: readonly string[], options: InspectOptions): Promise<InspectedBatch> {
  const packages: InspectedPackage[] = [];
  const outcomes = (await each(paths, AT_ONCE, (path) => inspectPackage(path, options))).map((one) => {
    if ('error' in one || !('meta' in one.value)) return one;
    packages.push(one.value);
    return { value: undefined };
  });
  return { outcomes, packages: packPackages(packages) };
}

export async function storeAll(
  tree: Storage,
  tasks: readonly StoreTask[],
): Promise<readonly Ingested<string>[]> {
  const atOnce = tree.capabilities.exclusive ? AT_ONCE : AT_ONCE_IN_A_BUCKET;
  return each(tasks, atOnce, (task) => storePackage(tree, task));
}

async function each<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly Ingested<R>[]> {
  const outcomes: Ingested<R>[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item === undefined) return;
      try {
        outcomes[index] = { value: await work(item) };
      } catch (error) {
        outcomes[index] = { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return outcomes;
}
