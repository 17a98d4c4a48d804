import type { Clock } from '../core/clock.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { clampRange } from './range.ts';
import { resumeBody } from './resume-body.ts';
import type { CallOptions, ListOptions, ObjectInfo, Storage, WriteOptions } from './storage.ts';

export interface RetryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Tries of a call, the first included. Default 5. */
  readonly attempts?: number;
  /** Longest wait before the second try; it doubles with each further one. Default 200 ms. */
  readonly firstWaitMs?: number;
  /** Longest wait of all. Default 10 s. */
  readonly longestWaitMs?: number;
}

/** Runs `work`, again when it failed with STORE_UNAVAILABLE. */
export async function tryAgain<T>(
  work: () => Promise<T>,
  { signal, ...options }: RetryOptions & CallOptions,
): Promise<T> {
  const pause = createPause(options);
  for (let failures = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      await pause(error, ++failures, signal);
    }
  }
}

/**
 * The same store, trying again what failed with STORE_UNAVAILABLE and may be done twice: reading (a body goes on where it
 * broke off), listing, deleting, settling, and writes without a condition.
 * A conditional write is made once: its outcome may be unknown, and only the caller can tell its own object from another's.
 */
export function retryStorage(storage: Storage, options: RetryOptions): Storage {
  const pause = createPause(options);

  const again = <T>(call: CallOptions = {}, work: () => Promise<T>): Promise<T> =>
    tryAgain(work, call.signal === undefined ? options : { ...options, signal: call.signal });
  const unlessConditional = <T>(call: WriteOptions | undefined, work: () => Promise<T>): Promise<T> =>
    call?.ifAbsent === true || call?.ifMatch !== undefined ? work() : again(call, work);

  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (key, call) => again(call, () => storage.stat(key, call)),
    read: async (key, call = {}) => {
      const { info, body } = await again(call, () => storage.read(key, call));
      const { start, end } = clampRange(info.sizeBytes, call.range);
      const reopen = async (done: number, error: unknown): Promise<AsyncIterator<Uint8Array>> => {
        const range = { offset: start + done, length: end - start - done };
        const rest = await storage.read(key, { ...call, range });
        const iterator = rest.body[Symbol.asyncIterator]();
        if (rest.info.etag === info.etag) return iterator;
        await iterator.return?.();
        throw replaced(storage.name, key, error);
      };
      return {
        info,
        body: resumeBody(body, { reopen, pause: (error, failures) => pause(error, failures, call.signal) }),
      };
    },
    write: (key, body, call) => unlessConditional(call, () => storage.write(key, body, call)),
    copy: (from, to, call) => unlessConditional(call, () => storage.copy(from, to, call)),
    delete: (key, call) => again(call, () => storage.delete(key, call)),
    list: (prefix, call = {}) => listAgain(storage, { prefix, call, pause }),
    settle: (call) => again(call, () => storage.settle(call)),
    exclusive: (work, call) => storage.exclusive(work, call),
  };
}

/** Waits before another try, or throws the error when there is none. */
type Pause = (error: unknown, failures: number, signal: AbortSignal | undefined) => Promise<void>;

/** Full jitter: anything from nothing to the longest wait, so that many who failed together do not come back together. */
function createPause({ clock, random, ...options }: RetryOptions): Pause {
  const { attempts = 5, firstWaitMs = 200, longestWaitMs = 10_000 } = options;
  return async (error, failures, signal) => {
    if (!hasCode(error, 'STORE_UNAVAILABLE') || failures >= attempts) throw error;
    await clock.sleep(random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)), signal);
  };
}

async function* listAgain(
  storage: Storage,
  { prefix, call, pause }: { readonly prefix: string; readonly call: ListOptions; readonly pause: Pause },
): AsyncIterable<ObjectInfo> {
  let from = call;
  for (let failures = 0; ; ) {
    try {
      for await (const info of storage.list(prefix, from)) {
        yield info;
        from = { ...call, startAfter: info.key };
        failures = 0;
      }
      return;
    } catch (error) {
      await pause(error, ++failures, call.signal);
    }
  }
}

/** The object is another one by now: its rest would not fit. A plain conflict, so that nobody tries again. */
function replaced(store: string, key: string, cause: unknown): PakhusError {
  return new PakhusError('STORE_CONFLICT', `${store}: ${key}: was replaced while it was being read`, {
    hint: 'Try again.',
    details: { store, key },
    cause,
  });
}
