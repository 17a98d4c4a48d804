/**
 * A process of the simulation: a clock and a handle to the store of its own.
 *
 * ```
 * use case ─▶ retryStorage? ─▶ faultyStorage ─▶ answers take time ─▶ the one store, watched
 *                                   └ the fate of each call: when it reaches the store, what becomes of it
 * ```
 */
import type { Clock } from '../../../src/core/clock.ts';
import { createExclusive } from '../../../src/storage/exclusive.ts';
import { type Fault, type FaultyCall, faultyStorage } from '../../../src/storage/fault.ts';
import { retryStorage } from '../../../src/storage/retry.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { Dice } from './dice.ts';
import type { Scheduler } from './scheduler.ts';

/** How often somebody who waits for the lock looks. */
const POLL_MS = 50;

/** What becomes of one call. */
export interface Fate {
  readonly fault: Fault;
  /** From the call until the store has it. */
  readonly requestMs: number;
  /** The whole process stands still for so long before the call goes out. */
  readonly suspendedMs?: number;
}

/** A computer. */
export interface Machine {
  readonly name: string;
  /** How far its clock is ahead of the store's; somebody may set it. */
  skewMs: number;
}

export interface ProcessInput {
  /** `user@host`; no two processes have the same. */
  readonly author: string;
  readonly machine: Machine;
  readonly dice: Dice;
  /** Whether its storage tries again by itself. */
  readonly retries: boolean;
  readonly decide: (call: FaultyCall) => Fate;
  /** Told when a call reaches the store, or does not. */
  readonly onCall: (call: FaultyCall, fate: Fate) => void;
  /** How long the next answer is on its way. */
  readonly answerMs: () => number;
  /** A request that arrives late; to be run once, at any time. */
  readonly onLate: (apply: () => Promise<void>) => void;
}

export interface SimulatedProcess {
  readonly author: string;
  readonly dice: Dice;
  readonly clock: Clock;
  readonly store: Storage;
}

/** What all processes share. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly store: Storage;
  /** The lock of a directory: undefined while somebody else has it. */
  readonly tryLock: () => (() => void) | undefined;
}

export function startProcess(around: Surroundings, input: ProcessInput): SimulatedProcess {
  const { scheduler, store, tryLock } = around;
  const { author, machine, dice, decide, onCall, answerMs, onLate } = input;
  let standsUntilMs = 0;

  /** Waits; a process that stands still does not notice the end of its wait. */
  const pass = async (ms: number): Promise<void> => {
    await scheduler.sleep(ms);
    while (scheduler.now() < standsUntilMs) await scheduler.sleep(standsUntilMs - scheduler.now());
  };
  const clock: Clock = {
    now: () => scheduler.now() + machine.skewMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      await pass(ms);
      signal?.throwIfAborted();
    },
  };
  const locking: Storage = store.capabilities.exclusive
    ? {
        ...store,
        exclusive: createExclusive({
          store: store.name,
          clock,
          pollMs: POLL_MS,
          holder: () => 'somebody',
          tryLock,
        }),
      }
    : store;
  const faulty = faultyStorage(
    answersTakeTime(locking, () => pass(answerMs())),
    {
      decide: async (call) => {
        const fate = decide(call);
        const { suspendedMs, requestMs } = fate;
        if (suspendedMs !== undefined) standsUntilMs = scheduler.now() + suspendedMs;
        await pass(requestMs);
        onCall(call, fate);
        return fate.fault;
      },
      onLate,
    },
  );
  return {
    author,
    dice,
    clock,
    store: input.retries ? retryStorage(faulty, { clock, random: dice.next }) : faulty,
  };
}

/** The same store; whoever asked hears of the outcome after `pass`. */
function answersTakeTime(storage: Storage, pass: () => Promise<void>): Storage {
  const later = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await pass();
    }
  };
  return {
    ...storage,
    stat: (key, call) => later(storage.stat(key, call)),
    read: (key, call) => later(storage.read(key, call)),
    write: (key, body, call) => later(storage.write(key, body, call)),
    copy: (from, to, call) => later(storage.copy(from, to, call)),
    delete: (key, call) => later(storage.delete(key, call)),
  };
}
