/** The work of one request; the same in a worker and, for small publishes, in the main thread. */
import type { Storage } from '../../storage/storage.ts';
import { inspectPackage } from './inspect-package.ts';
import type { InspectedPackage, KnownDigests, RecognisedFile } from './inspected.ts';
import { type StoreTask, storePackage } from './store-package.ts';

/** A result, or the error of its item. */
export type Ingested<T> = { readonly value: T } | { readonly error: unknown };

/** Files that are in work at once; small ones never wait, large ones overlap reading and inflating. */
const AT_ONCE = 4;

export async function inspectAll(
  paths: readonly string[],
  known: KnownDigests,
): Promise<readonly Ingested<InspectedPackage | RecognisedFile>[]> {
  return each(paths, (path) => inspectPackage(path, known));
}

export async function storeAll(
  tree: Storage,
  tasks: readonly StoreTask[],
): Promise<readonly Ingested<string>[]> {
  return each(tasks, (task) => storePackage(tree, task));
}

async function each<T, R>(
  items: readonly T[],
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
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
  return outcomes;
}
