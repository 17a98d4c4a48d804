/**
 * Reads and stores many package files on all cores.
 *
 * ```
 * paths ──batches──▶ worker: inspect ──▶ InspectedPackage      one pass: format, metadata, digest
 * tasks ──batches──▶ worker: store   ──▶ path in the tree      the same bytes, verified while they are written
 * ```
 * Few files are handled in this thread, because a worker costs more to start than they cost to read.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Storage } from '../../storage/storage.ts';
import { type Ingested, inspectAll, storeAll } from './handle-request.ts';
import type { InspectedPackage } from './inspected.ts';
import type { StoreTask } from './store-package.ts';
import { fromWire, type Outcome, type Request, type Response, type TreeLocation } from './worker-messages.ts';

/** Below this many files no worker is started. */
const INLINE_LIMIT = 200;
const BATCH = 128;

export interface IngestOptions {
  readonly signal?: AbortSignal;
  /** Told after each batch. */
  readonly onProgress?: (done: number) => void;
}

export interface IngestPool {
  /** One result per path, in their order. */
  inspect(paths: readonly string[], options?: IngestOptions): Promise<readonly Ingested<InspectedPackage>[]>;
  /** One result per task, in their order: where the file lies. */
  store(tasks: readonly StoreTask[], options?: IngestOptions): Promise<readonly Ingested<string>[]>;
  close(): Promise<void>;
}

/** @param location Where workers find `tree`; undefined when only this process can reach it. */
export function createIngestPool(tree: Storage, location: TreeLocation | undefined): IngestPool {
  const workers: WorkerLane[] = [];
  const lanes = (): readonly WorkerLane[] => {
    while (workers.length < availableParallelism()) workers.push(startWorker());
    return workers;
  };
  return {
    inspect: (paths, options = {}) =>
      run(paths, options, paths.length < INLINE_LIMIT ? [inspectAll] : lanes().map((lane) => lane.inspect)),
    store: (tasks, options = {}) => {
      const inline = tasks.length < INLINE_LIMIT || location === undefined;
      const here = (batch: readonly StoreTask[]) => storeAll(tree, batch);
      return run(
        tasks,
        options,
        inline ? [here] : lanes().map((lane) => (batch) => lane.store(batch, location)),
      );
    },
    async close() {
      await Promise.all(workers.map((lane) => lane.stop()));
    },
  };
}

type Lane<T, R> = (batch: readonly T[]) => Promise<readonly Ingested<R>[]>;

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
  inspect(paths: readonly string[]): Promise<readonly Ingested<InspectedPackage>[]>;
  store(tasks: readonly StoreTask[], tree: TreeLocation): Promise<readonly Ingested<string>[]>;
  stop(): Promise<unknown>;
}

function startWorker(): WorkerLane {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker.${ending}`, import.meta.url));
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
  const ask = (
    request:
      | Omit<Extract<Request, { type: 'inspect' }>, 'id'>
      | Omit<Extract<Request, { type: 'store' }>, 'id'>,
  ) =>
    new Promise<Response>((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.postMessage({ ...request, id: lastId });
    });
  return {
    inspect: async (paths) => (await ask({ type: 'inspect', paths })).outcomes.map(asInspected),
    store: async (tasks, tree) => (await ask({ type: 'store', tasks, tree })).outcomes.map(asPath),
    stop: () => worker.terminate(),
  };
}

function asInspected(outcome: Outcome<InspectedPackage | string>): Ingested<InspectedPackage> {
  if ('error' in outcome) return { error: fromWire(outcome.error) };
  if (typeof outcome.value === 'string')
    throw new Error('a worker answered with a path where a package was asked for');
  return { value: outcome.value };
}

function asPath(outcome: Outcome<InspectedPackage | string>): Ingested<string> {
  if ('error' in outcome) return { error: fromWire(outcome.error) };
  if (typeof outcome.value !== 'string')
    throw new Error('a worker answered with a package where a path was asked for');
  return { value: outcome.value };
}
