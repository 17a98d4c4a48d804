/** A store in memory, virtual time, processes with faults, and somebody who watches all of it. */
import './instant-zlib.ts';
import { createHash } from 'node:crypto';
import type { FaultyCall } from '../../../src/storage/fault.ts';
import { createMemoryStorage } from '../../../src/storage/memory.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { createOracle, type Oracle } from '../oracle/oracle.ts';
import { createDice } from './dice.ts';
import type { Palette } from './palette.ts';
import {
  type Fate,
  type Machine,
  type ProcessInput,
  type SimulatedProcess,
  startProcess,
} from './process.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { type StoreChange, watchStorage } from './watch-storage.ts';

export const STORE_KINDS = [
  'directory',
  'bucket',
  'bucket with etags of the content',
  'bucket without ifMatch',
] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** Midnight: hours of settled intents begin here. */
export const START_MS: number = Date.UTC(2026, 0, 1);

export interface World {
  readonly kind: StoreKind;
  readonly scheduler: Scheduler;
  /** Without faults and without delays. */
  readonly store: Storage;
  readonly oracle: Oracle;
  readonly counts: Counts;
  /** All changes of the store, in their order. */
  readonly changes: readonly StoreChange[];
  /** Where nothing else is said, it meets no faults, its clock is the store's, and its calls take no time. */
  process(author: string, options?: ProcessOptions): SimulatedProcess;
  /** Ends the run: something is not as it should be. */
  fail(error: unknown): void;
  /** @throws the first failure, if there was one */
  check(): void;
  /** Adds a line to the trace. */
  note(line: string): void;
  traceHash(): string;
}

export interface ProcessOptions extends Partial<Omit<ProcessInput, 'author' | 'onCall' | 'onLate'>> {
  /** How long a late request is on its way. */
  readonly lateMs?: () => number;
}

/** What happened in a run. */
export interface Counts {
  calls: number;
  suspensions: number;
  deaths: number;
  readonly faults: Record<string, number>;
}

export interface WorldInput {
  readonly kind: StoreKind;
  readonly palette: Palette;
  /** Default: {@link START_MS}. */
  readonly startMs?: number;
  /** Whose clock dates objects: its own for a bucket, that of the machine for a directory. */
  readonly storeMachine?: Machine;
  /** How far clocks may jump while a command runs. */
  readonly toleranceMs?: number;
  /** Where lines go. */
  readonly trace?: string[];
  /** Something that is wrong with the store, to see whether it is found out. */
  readonly sabotage?: (store: Storage) => Storage;
}

export function createWorld(input: WorldInput): World {
  const { kind, palette, storeMachine = { name: 'store', skewMs: 0 }, trace = [], toleranceMs = 0 } = input;
  const { startMs = START_MS } = input;
  const { sabotage = (same) => same } = input;
  const scheduler = createScheduler(startMs);
  const storeNow = (): number => scheduler.now() + storeMachine.skewMs;
  const counts: Counts = { calls: 0, suspensions: 0, deaths: 0, faults: {} };
  const changes: StoreChange[] = [];
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    scheduler.stop();
  };
  const note = (line: string): void =>
    void trace.push(`${formatSeconds(scheduler.now() - START_MS)} ${line}`);
  const oracle = createOracle({
    identify: palette.identify,
    now: storeNow,
    neverBack: kind !== 'bucket without ifMatch',
    toleranceMs,
  });
  const memory = createMemory(kind, { now: storeNow, sleep: scheduler.sleep });
  const store = watchStorage(memory, (change) => {
    changes.push(change);
    try {
      oracle.see(change);
    } catch (error) {
      fail(error);
    }
  });
  const surroundings = { scheduler, store: sabotage(store), tryLock: createTryLock() };

  const process: World['process'] = (author, options = {}) => {
    const { decide = () => ({ fault: { type: 'none' }, requestMs: 0 }), lateMs = () => 0 } = options;
    let lastCall: FaultyCall | undefined;
    return startProcess(surroundings, {
      author,
      machine: storeMachine,
      dice: createDice(author),
      retries: false,
      answerMs: () => 0,
      ...options,
      decide: (call) => {
        const fate = decide(call);
        count(counts, fate);
        return fate;
      },
      onCall: (call, fate) => {
        lastCall = call;
        note(`${author} ${call.index} ${describeCall(call, fate)}`);
      },
      onLate: (apply) => {
        const what = `late: ${lastCall?.operation} ${lastCall?.key} of ${author}`;
        scheduler.after(lateMs(), () => {
          note(what);
          apply().catch(fail);
        });
      },
    });
  };

  return {
    kind,
    scheduler,
    store,
    oracle,
    counts,
    changes,
    process,
    fail,
    check() {
      if (failures.length > 0) throw failures[0];
    },
    note,
    traceHash: () => createHash('sha256').update(trace.join('\n')).digest('hex').slice(0, 16),
  };
}

function createMemory(kind: StoreKind, clock: { now(): number; sleep(ms: number): Promise<void> }): Storage {
  const isDirectory = kind === 'directory';
  return createMemoryStorage({
    clock,
    name: '/simulated',
    etags: kind === 'bucket with etags of the content' ? 'content' : 'writes',
    capabilities: {
      exclusive: isDirectory,
      metadata: !isDirectory,
      replaceIfMatch: kind !== 'bucket without ifMatch',
    },
  });
}

/** A lock that ends with whoever has it. */
function createTryLock(): () => (() => void) | undefined {
  let locked = false;
  return () => {
    if (locked) return undefined;
    locked = true;
    return () => {
      locked = false;
    };
  };
}

function count(counts: Counts, { fault, suspendedMs }: Fate): void {
  counts.calls += 1;
  if (suspendedMs !== undefined) counts.suspensions += 1;
  if (fault.type === 'death') counts.deaths += 1;
  else if (fault.type !== 'none') counts.faults[fault.type] = (counts.faults[fault.type] ?? 0) + 1;
}

function describeCall({ operation, key }: FaultyCall, { fault, suspendedMs }: Fate): string {
  const what = fault.type === 'none' ? '' : ` ${JSON.stringify(fault)}`;
  const still = suspendedMs === undefined ? '' : ` after ${formatSeconds(suspendedMs)} without a move`;
  return `${operation} ${key}${what}${still}`;
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)}s`;
}
