/** Every package file that an index names: it is there, it has the bytes that the index says, and it is that package. */
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { AdoptionRules, BadEntry } from '../../formats/adoption.ts';
import type { PackageRecord } from '../../formats/format.ts';
import { joinPath } from '../../storage/prefix.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import type { Ingested } from '../ingest/handle-request.ts';
import { createIngestPool, isSmallBatch } from '../ingest/ingest-pool.ts';
import { inspectObject } from '../ingest/inspect-package.ts';
import type { InspectedPackage } from '../ingest/inspected.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import type { GatheredPackage } from './gather-packages.ts';

/** Requests to a bucket that are under way at once. */
const LANES = 8;

/** A package that passed, as the first revision holds it. */
export interface AdoptedPackage {
  readonly run: GatheredPackage['run'];
  readonly record: PackageRecord;
}

export interface CheckedFiles {
  readonly good: readonly AdoptedPackage[];
  readonly bad: readonly BadEntry[];
}

/** @throws only what is no fault of a file */
export async function checkFiles(
  repository: Repository,
  packages: readonly GatheredPackage[],
  { rules, ...options }: UseCaseOptions & { readonly rules: AdoptionRules },
): Promise<CheckedFiles> {
  const paths = [...new Set(packages.map(({ listed }) => listed.record.path))];
  const inspected = await inspectFiles(repository, paths, options);
  const good: AdoptedPackage[] = [];
  const bad = new Map<string, BadEntry>();
  for (const { run, listed } of packages) {
    const { path } = listed.record;
    const found = inspected.get(path);
    if (found === undefined) throw new Error(`${path} was not looked at`);
    const record = 'error' in found ? found.error : judge(found.value);
    if (typeof record === 'string') bad.set(`${path}\n${record}`, { where: path, problem: record });
    else good.push({ run, record });

    function judge({ sizeBytes, sha256, meta }: InspectedPackage): PackageRecord | string {
      if (sizeBytes !== listed.record.sizeBytes)
        return `it has ${sizeBytes} bytes, and the index says ${listed.record.sizeBytes}`;
      if (sha256 !== listed.record.sha256)
        return `its SHA-256 is ${sha256}, and the index says ${listed.record.sha256}`;
      return rules.adopt(listed, meta);
    }
  }
  return { good, bad: [...bad.values()] };
}

type Found = { readonly value: InspectedPackage } | { readonly error: string };

async function inspectFiles(
  repository: Repository,
  paths: readonly string[],
  { report, signal }: UseCaseOptions,
): Promise<ReadonlyMap<string, Found>> {
  const call: CallOptions = signal === undefined ? {} : { signal };
  const task = 'Checking packages';
  const found = new Map<string, Found>();
  const there = await presentFiles(repository.tree, paths, { ...call, found });
  report({ type: 'progress', task, done: 0, total: there.length });
  const outcomes = await inspectAll(repository, there, {
    ...call,
    onProgress: (done) => report({ type: 'progress', task, done, total: there.length }),
  });
  outcomes.forEach((outcome, index) => {
    found.set(there[index] ?? '', asFound(outcome));
  });
  return found;
}

/** On all cores, where the files are on this machine and are many. */
async function inspectAll(
  { location, tree }: Repository,
  paths: readonly string[],
  options: CallOptions & { readonly onProgress: (done: number) => void },
): Promise<readonly Ingested<InspectedPackage>[]> {
  if (location === undefined || isSmallBatch(paths.length)) return inspectObjects(tree, paths, options);
  const pool = createIngestPool();
  const folder = `${location.store}/${joinPath(location.path, '')}`;
  try {
    return await pool.inspect(
      paths.map((path) => folder + path),
      options,
    );
  } finally {
    await pool.close();
  }
}

/** The paths whose files are there; of all others `found` says why not. Links are no files. */
async function presentFiles(
  tree: Storage,
  paths: readonly string[],
  { found, ...call }: CallOptions & { readonly found: Map<string, Found> },
): Promise<readonly string[]> {
  const there: string[] = [];
  const work = async (path: string): Promise<readonly [string, string | undefined]> => {
    try {
      await tree.stat(path, call);
      return [path, undefined];
    } catch (error) {
      if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return [path, 'it is missing'];
      if (!hasCode(error, 'STORE_PERMISSION', 'STORE_KEY_INVALID')) throw error;
      return [path, error.message];
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
  { onProgress, ...call }: CallOptions & { readonly onProgress: (done: number) => void },
): Promise<readonly Ingested<InspectedPackage>[]> {
  const outcomes: Ingested<InspectedPackage>[] = [];
  const work = async (path: string): Promise<Ingested<InspectedPackage>> => {
    try {
      return { value: await inspectObject(tree, path, call) };
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
function asFound(outcome: Ingested<InspectedPackage>): Found {
  if ('value' in outcome) return outcome;
  const { error } = outcome;
  if (!(error instanceof PakhusError) || !/^(ARCHIVE|PACKAGE)_|^STORE_OBJECT_NOT_FOUND$/.test(error.code))
    throw error;
  return { error: error.message };
}
