/** Reading package files of the public folder to their ends. */
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { joinPath } from '../../storage/prefix.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import type { Ingested } from '../ingest/handle-request.ts';
import { type IngestPool, isSmallBatch } from '../ingest/ingest-pool.ts';
import { inspectObject } from '../ingest/inspect-package.ts';
import type { InspectedPackage } from '../ingest/inspected.ts';
import type { Repository } from '../repository.ts';

/** Requests to a bucket that are under way at once. */
const LANES = 8;

/** What a file is, or what is wrong with it. */
export type FoundFile = { readonly value: InspectedPackage } | { readonly error: string };

export interface InspectTreeOptions extends CallOptions {
  /** Where the files are on this machine and are many, they are read on all cores. */
  readonly pool: IngestPool;
  /** Of the repository that is taken over. */
  readonly format: string;
  readonly onProgress: (done: number) => void;
}

/** One answer for each path. @throws only what is no fault of a file */
export async function inspectTree(
  repository: Repository,
  paths: readonly string[],
  { pool, onProgress, format, ...call }: InspectTreeOptions,
): Promise<ReadonlyMap<string, FoundFile>> {
  const { tree, location } = repository;
  const found = new Map<string, FoundFile>();
  const there = await presentFiles(tree, paths, { ...call, found });
  const outcomes =
    location === undefined || isSmallBatch(there.length)
      ? await inspectObjects(tree, there, { ...call, format, onProgress })
      : await pool.inspect(
          there.map((path) => `${location.store}/${joinPath(location.path, path)}`),
          { ...call, wish: { only: format }, onProgress },
        );
  outcomes.forEach((outcome, index) => {
    const path = there[index] ?? '';
    found.set(path, asFound(outcome, `${tree.name}/${path}`));
  });
  return found;
}

/** The paths whose files are there; of all others `found` says why not. Links are no files. */
async function presentFiles(
  tree: Storage,
  paths: readonly string[],
  { found, ...call }: CallOptions & { readonly found: Map<string, FoundFile> },
): Promise<readonly string[]> {
  const there: string[] = [];
  const work = async (path: string): Promise<readonly [string, string | undefined]> => {
    try {
      await tree.stat(path, call);
      return [path, undefined];
    } catch (error) {
      if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return [path, 'it is missing'];
      if (!hasCode(error, 'STORE_PERMISSION', 'STORE_KEY_INVALID')) throw error;
      return [path, withoutName(error.message, `${tree.name}: ${path}`)];
    }
  };
  for await (const [path, error] of mapInOrder(paths, { limit: LANES, ...call, work })) {
    if (error === undefined) there.push(path);
    else found.set(path, { error });
  }
  return there;
}

async function inspectObjects(
  tree: Storage,
  paths: readonly string[],
  { onProgress, format, ...call }: Omit<InspectTreeOptions, 'pool'>,
): Promise<readonly Ingested<InspectedPackage>[]> {
  const outcomes: Ingested<InspectedPackage>[] = [];
  const work = async (path: string): Promise<Ingested<InspectedPackage>> => {
    try {
      return { value: await inspectObject(tree, path, { ...call, as: format }) };
    } catch (error) {
      return { error };
    }
  };
  for await (const outcome of mapInOrder(paths, { limit: LANES, ...call, work })) {
    outcomes.push(outcome);
    onProgress(outcomes.length);
  }
  return outcomes;
}

/** What is wrong with a file is a text; anything else is no fault of it. */
function asFound(outcome: Ingested<InspectedPackage>, name: string): FoundFile {
  if ('value' in outcome) return outcome;
  const { error } = outcome;
  if (!(error instanceof PakhusError) || !/^(ARCHIVE|PACKAGE)_|^STORE_OBJECT_NOT_FOUND$/.test(error.code))
    throw error;
  return { error: withoutName(error.message, name) };
}

/** Whoever reads it is told which file it is. */
function withoutName(message: string, name: string): string {
  return message.startsWith(name) ? message.slice(name.length).replace(/^:? /, '') : message;
}
