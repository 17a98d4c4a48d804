import type { Clock } from '../core/clock.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Body, Storage } from './storage.ts';
import { wrapBody } from './wrap-body.ts';

/** The calls of a {@link Storage}. */
export type StorageOperation =
  | 'stat'
  | 'read'
  | 'write'
  | 'copy'
  | 'delete'
  | 'list'
  | 'settle'
  | 'exclusive';

/** One call that ended. */
export interface StorageCall {
  readonly operation: StorageOperation;
  /** The object, the destination of a copy, the prefix of a list; empty for `settle` and `exclusive`. */
  readonly key: string;
  /** Of the body that was written, or read so far. */
  readonly bytes: number;
  /** From the call to its answer; for reads and lists to the end of the iteration. */
  readonly ms: number;
  /** `ok`, an error code, or the name of another error. */
  readonly outcome: string;
}

export interface TraceOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Told of each call when it ends; an iteration that is abandoned ends there. */
  readonly onCall: (call: StorageCall) => void;
}

/** The same store, telling of every call. */
export function traceStorage(storage: Storage, { clock, onCall }: TraceOptions): Storage {
  const start = (operation: StorageOperation, key: string): Span => {
    const startMs = clock.now();
    let isOpen = true;
    return (outcome, bytes) => {
      if (!isOpen) return;
      isOpen = false;
      onCall({ operation, key, bytes, ms: clock.now() - startMs, outcome });
    };
  };
  const traced = async <T>(
    operation: StorageOperation,
    what: { readonly key: string; readonly bytes?: number },
    work: () => Promise<T>,
  ): Promise<T> => {
    const end = start(operation, what.key);
    const answer = await during(end, work);
    end('ok', what.bytes ?? 0);
    return answer;
  };

  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (key, options) => traced('stat', { key }, () => storage.stat(key, options)),
    read: async (key, options) => {
      const end = start('read', key);
      const { info, body } = await during(end, () => storage.read(key, options));
      let bytes = 0;
      const step = async (next: () => Promise<IteratorResult<Uint8Array>>) => {
        const result = await during(end, next, () => bytes);
        if (result.done) end('ok', bytes);
        else bytes += result.value.length;
        return result;
      };
      return { info, body: wrapBody(body, { step, end: () => end('ok', bytes) }) };
    },
    write: (key, body, options) =>
      traced('write', { key, bytes: sizeOf(body) }, () => storage.write(key, body, options)),
    copy: (from, to, options) => traced('copy', { key: to }, () => storage.copy(from, to, options)),
    delete: (key, options) => traced('delete', { key }, () => storage.delete(key, options)),
    list: async function* (prefix, options) {
      const end = start('list', prefix);
      try {
        yield* storage.list(prefix, options);
      } catch (error) {
        end(outcomeOf(error), 0);
        throw error;
      } finally {
        end('ok', 0);
      }
    },
    settle: (options) => traced('settle', { key: '' }, () => storage.settle(options)),
    exclusive: (work, options) => traced('exclusive', { key: '' }, () => storage.exclusive(work, options)),
  };
}

/** Ends a call; later ends of the same call say nothing. */
type Span = (outcome: string, bytes: number) => void;

async function during<T>(end: Span, work: () => Promise<T>, bytes: () => number = () => 0): Promise<T> {
  try {
    return await work();
  } catch (error) {
    end(outcomeOf(error), bytes());
    throw error;
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof PakhusError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

function sizeOf(body: Body): number {
  return body instanceof Uint8Array ? body.length : body.sizeBytes;
}
