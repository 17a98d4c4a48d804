/** A store in memory, virtual time, processes with faults, and somebody who watches all of it. */
import './instant-zlib.ts';
import type { FaultyCall } from '../../../src/storage/fault.ts';
import { createMemoryStorage } from '../../../src/storage/memory.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { createDice } from './dice.ts';
import type { Palette } from './palette.ts';
import { type Machine, type ProcessInput, type SimulatedProcess, startProcess } from './process.ts';
import { countFate, createRun, describeCall, type Run, START_MS } from './run.ts';
import { watchStorage } from './watch-storage.ts';

const MEMORY_KINDS = [
  'directory',
  'bucket',
  'bucket with etags of the content',
  'bucket without ifMatch',
] as const;
type MemoryKind = (typeof MEMORY_KINDS)[number];
/** Buckets of the server in memory, reached through the driver. */
export type S3Kind = 's3 honest' | 's3 ceph' | 's3 create-only';
export type StoreKind = MemoryKind | S3Kind;

export interface World extends Run {
  readonly kind: StoreKind;
  /** Without faults and without delays. */
  readonly store: Storage;
  /** Where nothing else is said, it meets no faults, its clock is the store's, and its calls take no time. */
  process(author: string, options?: ProcessOptions): SimulatedProcess;
}

export interface ProcessOptions extends Partial<Omit<ProcessInput, 'author' | 'onCall' | 'onLate'>> {
  /** How long a late request is on its way. */
  readonly lateMs?: () => number;
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

export type CreateWorld = (input: WorldInput) => World;

export function createWorld(input: WorldInput): World {
  const { kind, palette, storeMachine = { name: 'store', skewMs: 0 }, trace = [], toleranceMs = 0 } = input;
  const { startMs = START_MS, sabotage = (same) => same } = input;
  const run = createRun({
    palette,
    startMs,
    skewMs: () => storeMachine.skewMs,
    neverBack: kind !== 'bucket without ifMatch',
    toleranceMs,
    trace,
  });
  const { scheduler, counts, fail, note } = run;
  const memory = createMemory(kind, {
    now: () => scheduler.now() + storeMachine.skewMs,
    sleep: scheduler.sleep,
  });
  const store = watchStorage(memory, run.see);
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
        countFate(counts, fate);
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

  return { ...run, kind, store, process };
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
