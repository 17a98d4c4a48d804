import type { Storage } from './storage.ts';

/**
 * The same store with at most `limit` calls under way; the others wait in line.
 * A body that is being read is not counted: whoever holds one may need another call to go on. Neither is `exclusive`,
 * whose work makes calls of its own.
 */
export function limitConcurrency(storage: Storage, limit: number): Storage {
  const line = createLine(limit);
  const inLine = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    await line.enter(signal);
    try {
      return await work();
    } finally {
      line.leave();
    }
  };

  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (key, options) => inLine(options?.signal, () => storage.stat(key, options)),
    read: (key, options) => inLine(options?.signal, () => storage.read(key, options)),
    write: (key, body, options) => inLine(options?.signal, () => storage.write(key, body, options)),
    copy: (from, to, options) => inLine(options?.signal, () => storage.copy(from, to, options)),
    delete: (key, options) => inLine(options?.signal, () => storage.delete(key, options)),
    list: async function* (prefix, options) {
      const iterator = storage.list(prefix, options)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const step = await inLine(options?.signal, () => iterator.next());
          if (step.done) return;
          yield step.value;
        }
      } finally {
        await iterator.return?.();
      }
    },
    settle: (options) => inLine(options?.signal, () => storage.settle(options)),
    exclusive: (work, options) => storage.exclusive(work, options),
  };
}

/** Turns for at most so many at once. */
export interface Line {
  /** Resolves when it is our turn; rejects with the signal's reason when aborted before. */
  enter(signal: AbortSignal | undefined): Promise<void>;
  leave(): void;
}

export function createLine(limit: number): Line {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`no limit of calls: ${limit}`);
  const waiting = new Set<() => void>();
  let free = limit;
  return {
    enter: (signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (free > 0) {
          free--;
          resolve();
          return;
        }
        const go = (): void => {
          waiting.delete(go);
          signal?.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = (): void => {
          waiting.delete(go);
          reject(signal?.reason);
        };
        waiting.add(go);
        signal?.addEventListener('abort', giveUp, { once: true });
      }),
    leave: () => {
      const [next] = waiting;
      if (next === undefined) free++;
      else next();
    },
  };
}
