/** Being polite: so many connections to a host, so many requests and bytes a second. */
import type { Clock } from '../core/clock.ts';
import type { UrlAnswer, UrlReader } from './url-reader.ts';

export interface Limits {
  /** Answers of one host that are under way at once. */
  readonly connectionsPerHost: number;
  /** To one host. Undefined: as many as it answers. */
  readonly requestsPerSecond?: number | undefined;
  /** Of all hosts together. Undefined: as many as come. */
  readonly bytesPerSecond?: number | undefined;
}

/** Debts of less than this are not slept off: timers are not that exact. */
const SMALLEST_SLEEP_MS = 20;

/** A connection is taken until its answer was read to the end, or given to `discard`. */
export function withLimits(read: UrlReader, limits: Limits, clock: Pick<Clock, 'now' | 'sleep'>): UrlReader {
  const { connectionsPerHost, requestsPerSecond, bytesPerSecond } = limits;
  const hosts = new Map<string, Gate>();
  const bytes = bytesPerSecond === undefined ? undefined : createPace(bytesPerSecond, clock);
  return async (request) => {
    const { host } = new URL(request.url);
    const gate = hosts.get(host) ?? createGate(connectionsPerHost);
    hosts.set(host, gate);
    gate.requests ??= requestsPerSecond === undefined ? undefined : createPace(requestsPerSecond, clock);
    const leave = await gate.enter();
    try {
      await gate.requests?.spend(1, request.signal);
      request.signal?.throwIfAborted();
      const answer = await read(request);
      return {
        ...answer,
        body: leaving(answer, { leave, bytes, signal: request.signal }),
        discard: () => {
          leave();
          answer.discard();
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  };
}

async function* leaving(
  { body }: UrlAnswer,
  {
    leave,
    bytes,
    signal,
  }: {
    readonly leave: () => void;
    readonly bytes: Pace | undefined;
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      await bytes?.spend(chunk.length, signal);
      yield chunk;
    }
  } finally {
    leave();
  }
}

/** Keeps to a rate: whoever spends waits until what was spent before is paid. */
interface Pace {
  spend(count: number, signal: AbortSignal | undefined): Promise<void>;
}

function createPace(perSecond: number, clock: Pick<Clock, 'now' | 'sleep'>): Pace {
  let paidAtMs = 0;
  return {
    async spend(count, signal) {
      const nowMs = clock.now();
      const waitMs = paidAtMs - nowMs;
      paidAtMs = Math.max(paidAtMs, nowMs) + (count / perSecond) * 1000;
      if (waitMs >= SMALLEST_SLEEP_MS) await clock.sleep(waitMs, signal);
    },
  };
}

interface Gate {
  requests?: Pace | undefined;
  /** Waits for a free place; gives what frees it, once. */
  enter(): Promise<() => void>;
}

function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  const leaver = (): (() => void) => {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
  };
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return leaver();
    },
  };
}
