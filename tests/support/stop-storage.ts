import type { Storage } from '../../src/storage/storage.ts';

/** A process that is put to sleep in front of one of its calls, and wakes when it is told to. */
export interface Sleeper {
  /** Goes around the store of the process. */
  around(store: Storage): Storage;
  /** It sleeps. */
  readonly asleep: Promise<void>;
  wake(): void;
}

/** Calls that a process can be put to sleep in front of; of `exclusive` the key is empty. */
export type StopCall = 'write' | 'delete' | 'exclusive';

/** Sleeps in front of the first call that `isWhere` picks. */
export function createSleeper(isWhere: (call: StopCall, key: string) => boolean): Sleeper {
  const asleep = Promise.withResolvers<void>();
  const awake = Promise.withResolvers<void>();
  let hasSlept = false;
  const pass = async (call: StopCall, key: string): Promise<void> => {
    if (hasSlept || !isWhere(call, key)) return;
    hasSlept = true;
    asleep.resolve();
    await awake.promise;
  };
  return {
    around: (store) => ({
      ...store,
      write: async (key, body, options) => {
        await pass('write', key);
        return store.write(key, body, options);
      },
      delete: async (key, options) => {
        await pass('delete', key);
        return store.delete(key, options);
      },
      exclusive: async (work, options) => {
        await pass('exclusive', '');
        return store.exclusive(work, options);
      },
    }),
    asleep: asleep.promise,
    wake: awake.resolve,
  };
}
