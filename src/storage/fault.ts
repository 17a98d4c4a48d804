/**
 * Faults, for simulation: what a network, a disk or a killed process does to the calls of one handle.
 *
 * ```
 *               caller ──request──▶ store ──answer──▶ caller
 * request-lost            ✗                            STORE_UNAVAILABLE
 * answer-lost                       applied     ✗      STORE_UNAVAILABLE, though it happened
 * late                    ─ ─ ─ ─ ▶ applied            STORE_UNAVAILABLE first; applied when the test says so
 * error                   ✗                            a code of the store's
 * death                   ✗    or   applied     ✗      ProcessDeath, now and from every later call
 * ```
 */
import type { ErrorCode } from '../core/error-codes.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { collectBody } from './collect-body.ts';
import type { CallOptions, Storage, WriteOptions } from './storage.ts';
import type { StorageOperation } from './trace.ts';
import { wrapBody } from './wrap-body.ts';

/** What happens to a call. */
export type Fault =
  | { readonly type: 'none' }
  | { readonly type: 'request-lost' }
  | { readonly type: 'answer-lost' }
  /** Of a write, copy or delete; any other call is lost. */
  | { readonly type: 'late' }
  | { readonly type: 'error'; readonly code: ErrorCode }
  | { readonly type: 'death'; readonly applied: boolean };

/** A call that is about to be made. */
export interface FaultyCall {
  /** 0 for the first call of this handle. */
  readonly index: number;
  readonly operation: StorageOperation;
  /** The object, the destination of a copy, the prefix of a list; empty for `settle` and `exclusive`. */
  readonly key: string;
  /** It has `ifAbsent` or `ifMatch`. */
  readonly isConditional: boolean;
}

export interface FaultOptions {
  /** Asked before every call. It may take its time: that is how a scheduler puts a process to sleep. */
  readonly decide: (call: FaultyCall) => Fault | Promise<Fault>;
  /** Given the rest of a `late` call, to be run once, at any time. Its outcome reaches nobody. Default: it never arrives. */
  readonly onLate?: (apply: () => Promise<void>) => void;
}

/** The process that had this handle is dead. Not an error of pakhus, so that nothing takes it for one and goes on. */
export class ProcessDeath extends Error {
  override readonly name = 'ProcessDeath';
}

type Asked = Omit<FaultyCall, 'index'>;

/** The same store, with faults. Bodies are held in memory, so that a late write still has its bytes. */
export function faultyStorage(storage: Storage, { decide, onLate }: FaultOptions): Storage {
  let calls = 0;
  let isDead = false;

  const die = (): never => {
    isDead = true;
    throw new ProcessDeath(`killed in call ${calls} of ${storage.name}`);
  };
  const beAlive = (): void => {
    if (isDead) die();
  };
  const step = async <T>(next: () => Promise<T>): Promise<T> => {
    beAlive();
    return next();
  };
  const ask = async <T>(call: Asked, work: () => Promise<T>): Promise<T> => {
    beAlive();
    const fault = await decide({ ...call, index: calls++ });
    beAlive();
    switch (fault.type) {
      case 'request-lost':
        throw unavailable(storage, call, 'the request was lost');
      case 'error':
        throw new PakhusError(fault.code, `${storage.name}: ${call.key}: ${call.operation} failed`);
      case 'late':
        if (CHANGING.has(call.operation)) onLate?.(() => forget(work));
        throw unavailable(storage, call, 'no answer came in time');
      case 'death':
        if (fault.applied) await forget(work);
        return die();
      case 'answer-lost':
        await forget(work);
        throw unavailable(storage, call, 'the answer was lost');
      case 'none': {
        const answer = await work();
        beAlive();
        return answer;
      }
    }
  };

  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (key, call) => ask(plain('stat', key), () => storage.stat(key, call)),
    read: async (key, call) => {
      const { info, body } = await ask(plain('read', key), () => storage.read(key, call));
      return { info, body: wrapBody(body, { step }) };
    },
    write: async (key, body, call = {}) => {
      beAlive();
      call.signal?.throwIfAborted();
      const bytes = await collectBody(body, { ...call, store: storage.name, key });
      return ask(changing('write', key, call), () => storage.write(key, bytes, detached(call)));
    },
    copy: async (from, to, call = {}) => {
      call.signal?.throwIfAborted();
      return ask(changing('copy', to, call), () => storage.copy(from, to, detached(call)));
    },
    delete: async (key, call = {}) => {
      call.signal?.throwIfAborted();
      return ask(plain('delete', key), () => storage.delete(key, detached(call)));
    },
    list: async function* (prefix, call) {
      const objects = await ask(plain('list', prefix), async () => storage.list(prefix, call));
      for await (const info of objects) {
        beAlive();
        yield info;
      }
    },
    settle: (call) => ask(plain('settle', ''), () => storage.settle(call)),
    exclusive: (work, call) => ask(plain('exclusive', ''), () => storage.exclusive(work, call)),
  };
}

const CHANGING: ReadonlySet<StorageOperation> = new Set(['write', 'copy', 'delete']);

function plain(operation: StorageOperation, key: string): Asked {
  return { operation, key, isConditional: false };
}

function changing(operation: StorageOperation, key: string, { ifAbsent, ifMatch }: WriteOptions): Asked {
  return { operation, key, isConditional: ifAbsent === true || ifMatch !== undefined };
}

/** A request under way does not hear of its caller any more. */
function detached<T extends CallOptions>({ signal: _, ...call }: T): Omit<T, 'signal'> {
  return call;
}

/** Applies a late request; the store's answer finds nobody. */
async function forget(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PakhusError)) throw error;
  }
}

function unavailable(storage: Storage, { operation, key }: Asked, why: string): PakhusError {
  return new PakhusError('STORE_UNAVAILABLE', `${storage.name}: ${key}: ${operation}: ${why}`, {
    details: { store: storage.name, key },
  });
}
