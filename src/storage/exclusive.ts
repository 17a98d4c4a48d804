/** Waiting for a lock, the same for every driver that has one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../core/clock.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Storage } from './storage.ts';

const WAIT_MS = 30_000;

/** A lock that can be had or not, at once. */
export interface TryLock<Lock> {
  /** Name of the store, for the message. */
  readonly store: string;
  readonly clock: Clock;
  /** Milliseconds between two tries. */
  readonly pollMs: number;
  /** The lock, or undefined while somebody else has it. */
  tryLock(): Lock | undefined;
  /** Who has it, as far as known. */
  holder(): string;
}

/** Tries until the lock is there. STORE_LOCKED after 30 s. */
export async function waitForLock<Lock>(lock: TryLock<Lock>, signal: AbortSignal | undefined): Promise<Lock> {
  const deadline = lock.clock.now() + WAIT_MS;
  for (;;) {
    signal?.throwIfAborted();
    const taken = lock.tryLock();
    if (taken !== undefined) return taken;
    if (lock.clock.now() >= deadline) throw locked(lock.store, lock.holder());
    await lock.clock.sleep(lock.pollMs, signal);
  }
}

/** `Storage.exclusive` on a lock that gives its own release. Work inside its own work runs at once instead of waiting for itself. */
export function createExclusive(lock: TryLock<() => void>): Storage['exclusive'] {
  const inside = new AsyncLocalStorage<{ held: boolean }>();
  return async (work, { signal } = {}) => {
    if (inside.getStore()?.held) return work();
    const release = await waitForLock(lock, signal);
    const turn = { held: true };
    try {
      return await inside.run(turn, work);
    } finally {
      turn.held = false;
      release();
    }
  };
}

function locked(store: string, holder: string): PakhusError {
  return new PakhusError(
    'STORE_LOCKED',
    `${store}: locked by ${holder} for more than ${WAIT_MS / 1000} seconds`,
    {
      hint: 'Wait until it is done, then try again. The lock ends with its process.',
      details: { store, holder },
    },
  );
}
