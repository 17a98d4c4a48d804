/**
 * Reads and stores many package files on all cores.
 *
 * ```
 * paths ──batches──▶ worker: inspect ──▶ InspectedPackage      one pass: format, metadata, digest
 * tasks ──batches──▶ worker: store   ──▶ path in the tree      the same bytes, verified while they are written
 * ```
 * This thread takes its share, so that there is one worker less to hold in memory. Few files are all handled here, because a
 * worker costs more to start than they cost to read.
 */
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Storage } from '../../storage/storage.ts';
import { type Ingested, type InspectedBatch, inspectAll, storeAll } from './handle-request.ts';
import { holdPackages, type PackageFacts } from './held-packages.ts';
import type { InspectOptions } from './inspect-package.ts';
import type { FormatWish, InspectedPackage, KnownPackages, RecognisedFile } from './inspected.ts';
import type { StoreTask } from './store-package.ts';
import { createTextShelf } from './text-shelf.ts';
import {
  fromWire,
  type Outcome,
  type Request,
  type Response,
  type TreeLocation,
  type Work,
  type WorkResult,
} from './worker-messages.ts';

/** Below this many files no worker is started. */
const INLINE_LIMIT = 200;
const BATCH = 128;

/** What one worker may hold: batches of small packages, or pieces of large ones. Keeps the whole process small. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 };

/** What the launcher begins with. Hooks of this thread are not those of another. */
const WITHOUT_LOOKUPS = fileURLToPath(new URL('../../../bin/without-lookups.js', import.meta.url));

export interface IngestOptions {
  readonly signal?: AbortSignal;
  /** Told after each batch. */
  readonly onProgress?: (done: number) => void;
}

/** Where files are stored. */
export interface IngestTarget {
  readonly tree: Storage;
  /** Where workers find `tree`; undefined when only this process can reach it. */
  readonly location: TreeLocation | undefined;
}

export interface IngestPool {
  /** One result per path, in their order. Files that `known` tells by their digest are not parsed again. */
  inspect(
    paths: readonly string[],
    options?: IngestOptions & { readonly known?: KnownPackages | undefined; readonly wish?: FormatWish },
  ): Promise<readonly Ingested<InspectedPackage>[]>;
  /** One result per item, in their order: where its file lies. Tasks are made as they are needed, to hold few at a time. */
  store<T>(
    items: readonly T[],
    options: IngestOptions & IngestTarget & { readonly toTask: (item: T) => StoreTask },
  ): Promise<readonly Ingested<string>[]>;
  /** Ends the workers. They are started again when there is more to do. */
  close(): Promise<void>;
}

/** Below this many files it pays neither to start workers nor to look up what is known. */
export function isSmallBatch(count: number): boolean {
  return count < INLINE_LIMIT;
}

export function createIngestPool(): IngestPool {
  const workers: WorkerLane[] = [];
  const shelf = createTextShelf<PackageFacts>();
  /** One worker for each core but the one that this thread has; none for few items. */
  const workersFor = (count: number): readonly WorkerLane[] => {
    const wanted = isSmallBatch(count) ? 0 : availableParallelism() - 1;
    while (workers.length < wanted) workers.push(startWorker());
    return workers.slice(0, wanted);
  };
  return {
    async inspect(paths, { known, wish = {}, ...options } = {}) {
      const how: InspectOptions = { wish, ...(known && { known: known.digests }) };
      const lanes = workersFor(paths.length).map((worker) => worker.inspect(how));
      const own = async (batch: readonly string[]) => inspectAll(batch, how);
      const holding = [inTurns(own), ...twice(lanes)].map((lane) => async (batch: readonly string[]) => {
        const { outcomes, packages } = await lane(batch);
        const held = holdPackages(packages, shelf).values();
        return outcomes.map((one) => toPackage(one, { held, known }));
      });
      return run(paths, options, holding);
    },
    store(items, { tree, location, toTask, ...options }) {
      const lanes =
        location === undefined ? [] : workersFor(items.length).map((worker) => worker.store(location));
      const own = inTurns((batch: readonly StoreTask[]) => storeAll(tree, batch));
      // A bucket is not to wait for the last file of a batch.
      const stores = location === undefined ? twice([own]) : [own, ...twice(lanes)];
      return run(
        items,
        options,
        stores.map((store) => (batch) => store(batch.map(toTask))),
      );
    },
    async close() {
      await Promise.all(workers.splice(0).map((lane) => lane.stop()));
    },
  };
}

/** The package of a file that was recognised, or the next of those that were read. */
function toPackage(
  one: Ingested<RecognisedFile | undefined>,
  { held, known }: { readonly held: Iterator<InspectedPackage>; readonly known: KnownPackages | undefined },
): Ingested<InspectedPackage> {
  if ('error' in one) return one;
  const value: InspectedPackage | undefined =
    one.value === undefined ? held.next().value : known?.recall(one.value);
  if (value === undefined)
    throw new Error(`${one.value?.source ?? 'a package'} was read, and nobody knows it`);
  return { value };
}

/** Handles a batch of items. */
type Batcher<T, R> = (batch: readonly T[]) => Promise<R>;
type Lane<T, R> = Batcher<T, readonly Ingested<R>[]>;

/** Work of this thread, that hears of workers and signals between batches. */
function inTurns<T, R>(lane: Batcher<T, R>): Batcher<T, R> {
  return async (batch) => {
    await setImmediate();
    return lane(batch);
  };
}

/** Each worker has a batch before it while it works on another, for this thread may be busy when it has done one. */
function twice<T>(lanes: readonly T[]): readonly T[] {
  return [...lanes, ...lanes];
}

async function run<T, R>(
  items: readonly T[],
  options: IngestOptions,
  lanes: readonly Lane<T, R>[],
): Promise<readonly Ingested<R>[]> {
  const results: Ingested<R>[] = [];
  let next = 0;
  let done = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let start = next; start < items.length; start = next) {
        options.signal?.throwIfAborted();
        next = start + BATCH;
        const batch = items.slice(start, next);
        const outcomes = await lane(batch);
        outcomes.forEach((outcome, index) => {
          results[start + index] = outcome;
        });
        done += batch.length;
        options.onProgress?.(done);
      }
    }),
  );
  return results;
}

interface WorkerLane {
  inspect(options: InspectOptions): Batcher<string, InspectedBatch>;
  store(tree: TreeLocation): Lane<StoreTask, string>;
  stop(): Promise<unknown>;
}

function startWorker(): WorkerLane {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker.${ending}`, import.meta.url), {
    resourceLimits: WORKER_LIMITS,
    execArgv: ['--require', WITHOUT_LOOKUPS],
    env: workerEnvironment(),
  });
  const waiting = new Map<
    number,
    { resolve: (response: Response) => void; reject: (error: unknown) => void }
  >();
  worker.on('message', (response: Response) => {
    waiting.get(response.id)?.resolve(response);
    waiting.delete(response.id);
  });
  worker.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  let lastId = 0;
  const ask = (work: Work) =>
    new Promise<Response>((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.postMessage({ id: lastId, work } satisfies Request);
    });
  return {
    inspect(options) {
      let told = false;
      return async (paths) => {
        const work: Work = told ? { type: 'inspect', paths } : { type: 'inspect', paths, options };
        told = true;
        const { outcomes, packages } = await ask(work);
        if (packages === undefined) throw new Error('a worker read packages and kept them');
        return { outcomes: outcomes.map((outcome) => fromOutcome(outcome, isFile)), packages };
      };
    },
    store: (tree) => async (tasks) => {
      const { outcomes } = await ask({ type: 'store', tasks, tree });
      return outcomes.map((outcome) => fromOutcome(outcome, isPath));
    },
    stop: () => worker.terminate(),
  };
}

/** Workers keep compiled code only where their environment says so: in the folder that has one for each version of Node. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
}

function fromOutcome<T extends WorkResult>(
  outcome: Outcome<WorkResult>,
  isExpected: (value: WorkResult) => value is T,
): Ingested<T> {
  if ('error' in outcome) return { error: fromWire(outcome.error) };
  if (!isExpected(outcome.value)) throw new Error('a worker answered another question than it was asked');
  return { value: outcome.value };
}

function isPath(value: WorkResult): value is string {
  return typeof value === 'string';
}

function isFile(value: WorkResult): value is RecognisedFile | undefined {
  return typeof value !== 'string';
}
