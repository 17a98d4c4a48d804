import { createHash } from 'node:crypto';
import type { FaultyCall } from '../../../src/storage/fault.ts';
import { createOracle, type Oracle } from '../oracle/oracle.ts';
import type { Palette } from './palette.ts';
import type { Fate } from './process.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import type { StoreChange } from './watch-storage.ts';

/** Midnight: hours of settled intents begin here. */
export const START_MS: number = Date.UTC(2026, 0, 1);

/** What every world has, whatever its store is made of: virtual time, somebody who watches, and a trace. */
export interface Run {
  readonly scheduler: Scheduler;
  readonly oracle: Oracle;
  readonly counts: Counts;
  /** All changes of the store, in their order. */
  readonly changes: readonly StoreChange[];
  /** To be told of every change of the store. */
  see(change: StoreChange): void;
  /** Ends the run: something is not as it should be. */
  fail(error: unknown): void;
  /** @throws the first failure, if there was one */
  check(): void;
  /** Adds a line to the trace. */
  note(line: string): void;
  traceHash(): string;
}

/** What happened in a run. */
export interface Counts {
  calls: number;
  suspensions: number;
  deaths: number;
  readonly faults: Record<string, number>;
}

export interface RunInput {
  readonly palette: Palette;
  readonly startMs: number;
  /** How far the store's clock is ahead of virtual time. */
  readonly skewMs: () => number;
  /** See {@link Oracle.neverBack}. */
  readonly neverBack: boolean;
  /** How far clocks may jump while a command runs. */
  readonly toleranceMs: number;
  /** Where lines go. */
  readonly trace: string[];
  /** Turns of the event loop that somebody may take before they wait. Default: 1. */
  readonly turns?: number;
}

export function createRun({ palette, startMs, skewMs, neverBack, toleranceMs, trace, turns }: RunInput): Run {
  const scheduler = createScheduler(startMs, turns);
  const changes: StoreChange[] = [];
  const failures: unknown[] = [];
  const oracle = createOracle({
    identify: palette.identify,
    now: () => scheduler.now() + skewMs(),
    neverBack,
    toleranceMs,
  });
  const fail = (error: unknown): void => {
    failures.push(error);
    scheduler.stop();
  };
  return {
    scheduler,
    oracle,
    counts: { calls: 0, suspensions: 0, deaths: 0, faults: {} },
    changes,
    see(change) {
      changes.push(change);
      try {
        oracle.see(change);
      } catch (error) {
        fail(error);
      }
    },
    fail,
    check() {
      if (failures.length > 0) throw failures[0];
    },
    note: (line) => void trace.push(`${formatSeconds(scheduler.now() - START_MS)} ${line}`),
    traceHash: () => createHash('sha256').update(trace.join('\n')).digest('hex').slice(0, 16),
  };
}

export function countFate(counts: Counts, { fault, suspendedMs }: Partial<Fate>): void {
  if (suspendedMs !== undefined) counts.suspensions += 1;
  if (fault === undefined) return;
  counts.calls += 1;
  if (fault.type === 'death') counts.deaths += 1;
  else if (fault.type !== 'none') counts.faults[fault.type] = (counts.faults[fault.type] ?? 0) + 1;
}

/** For the trace. */
export function describeCall({ operation, key }: FaultyCall, { fault, suspendedMs }: Fate): string {
  const what = fault.type === 'none' ? '' : ` ${JSON.stringify(fault)}`;
  const still = suspendedMs === undefined ? '' : ` after ${formatSeconds(suspendedMs)} without a move`;
  return `${operation} ${key}${what}${still}`;
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)}s`;
}
