/** Package files of an upstream to the public folder, each held to its digest before anybody can see it. */
import { callOf } from '../../catalog/call-of.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { Format, RepositorySettings } from '../../formats/format.ts';
import { download } from '../../upstream/download.ts';
import type { Fetcher } from '../../upstream/fetcher.ts';
import { inspectTree } from '../import/inspect-tree.ts';
import { createIngestPool } from '../ingest/ingest-pool.ts';
import type { InspectedPackage } from '../ingest/inspected.ts';
import { holds, sizeAt, storeBody } from '../ingest/store-package.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { type WantedPackage, wantedId } from './find-wanted.ts';
import { inLanes } from './in-lanes.ts';

/** More downloads than any host is asked for at once: how many of these are under way is for the fetcher to say. */
const LANES = 32;
/** An upstream that gives none of so many files is not there. */
const FAILURES_IN_A_ROW = 12;
const FAILURES = ['NETWORK_FAILED', 'PACKAGE_CHANGED', 'STORE_KEY_INVALID'] as const;

/** A file that is in the public folder now. */
export interface FetchedPackage {
  readonly wanted: WantedPackage;
  readonly path: string;
  readonly inspected: InspectedPackage;
}

export interface Fetched {
  readonly packages: readonly FetchedPackage[];
  /** By `wantedId`. */
  readonly failed: ReadonlyMap<string, { readonly wanted: WantedPackage; readonly problem: string }>;
  /** Files that came over the network, and those that were there. */
  readonly downloaded: number;
  readonly downloadedBytes: number;
  readonly there: number;
}

export interface FetchInput {
  readonly packages: readonly WantedPackage[];
  readonly fetcher: Fetcher;
  readonly format: Format;
  readonly settings: RepositorySettings;
}

/** @throws STORE_*; NETWORK_FAILED when the upstream is gone */
export async function fetchPackages(
  repository: Repository,
  input: FetchInput,
  options: UseCaseOptions,
): Promise<Fetched> {
  const { packages } = input;
  const { report, signal } = options;
  const call = callOf(options);
  const failed = new Map<string, { wanted: WantedPackage; problem: string }>();
  const paths = new Map<WantedPackage, string>();
  const total = packages.reduce((sum, { listed }) => sum + listed.record.sizeBytes, 0);
  const counts = { downloaded: 0, downloadedBytes: 0, there: 0 };
  let done = 0;
  let inARow = 0;
  await inLanes(packages, LANES, async (wanted) => {
    signal?.throwIfAborted();
    const { record } = wanted.listed;
    try {
      const { path, isNew } = await fetchPackage(repository, wanted, { ...input, ...call });
      paths.set(wanted, path);
      counts.downloaded += isNew ? 1 : 0;
      counts.downloadedBytes += isNew ? record.sizeBytes : 0;
      counts.there += isNew ? 0 : 1;
      inARow = 0;
    } catch (error) {
      if (!hasCode(error, ...FAILURES)) throw error;
      inARow += 1;
      if (inARow >= FAILURES_IN_A_ROW) throw gone(error);
      failed.set(wantedId(record), { wanted, problem: error.message });
    }
    done += record.sizeBytes;
    report({ type: 'progress', task: 'Fetching packages', done, total, unit: 'bytes', item: record.path });
  });
  const read = await inspectAll(repository, [...new Set(paths.values())], {
    ...options,
    format: input.format.name,
  });
  const good: FetchedPackage[] = [];
  for (const [wanted, path] of paths) {
    const found = read.get(path);
    const problem =
      found === undefined || 'error' in found ? found?.error : contradiction(wanted, found.value);
    if (found !== undefined && 'value' in found && problem === undefined)
      good.push({ wanted, path, inspected: found.value });
    else failed.set(wantedId(wanted.listed.record), { wanted, problem: `${path}: ${problem}` });
  }
  return { packages: good, failed, ...counts };
}

/** Fetches one file, unless it is there. A file that is another one is asked for once more: a cache on the way may have been wrong. */
export async function fetchPackage(
  { tree }: Pick<Repository, 'tree'>,
  { place, listed, url }: WantedPackage,
  { fetcher, format, settings, signal }: Omit<FetchInput, 'packages'> & { readonly signal?: AbortSignal },
): Promise<{ readonly path: string; readonly isNew: boolean }> {
  const call = callOf({ signal });
  const { slot, record } = listed;
  const { sizeBytes, sha256 } = record;
  const meta = { ...record, slot, lints: [] };
  const [path = '', apartPath = ''] = [false, true].map((apart) =>
    format.packagePath(meta, { settings, ...place, sha256, apart }),
  );
  for (const one of [path, apartPath]) {
    const isThere = (await sizeAt(tree, one, call)) === sizeBytes;
    if (isThere && (await holds(tree, { path: one, sizeBytes, sha256 }, call)))
      return { path: one, isNew: false };
  }
  const file = { url, sizeBytes, sha256 };
  const body = () => ({
    sizeBytes,
    open: () => download(fetcher.read, file, { ...fetcher.retries, signal }),
  });
  const task = { path, apartPath, sizeBytes, sha256, named: false, body };
  try {
    return { path: await storeBody(tree, task, call), isNew: true };
  } catch (error) {
    if (!hasCode(error, 'PACKAGE_CHANGED') || error.message.endsWith('it is not there')) throw error;
  }
  fetcher.retries.onRetry?.();
  return { path: await storeBody(tree, task, call), isNew: true };
}

async function inspectAll(
  repository: Repository,
  paths: readonly string[],
  { format, report, signal }: UseCaseOptions & { readonly format: string },
): ReturnType<typeof inspectTree> {
  const pool = createIngestPool();
  const onProgress = (done: number): void =>
    report({ type: 'progress', task: 'Checking packages', done, total: paths.length });
  try {
    return await inspectTree(repository, paths, { pool, format, onProgress, ...callOf({ signal }) });
  } finally {
    await pool.close();
  }
}

/** Why the file is not the package that the index describes; undefined: it is. */
function contradiction(
  { listed: { record } }: WantedPackage,
  { meta }: InspectedPackage,
): string | undefined {
  const wrong = (['name', 'version', 'architecture'] as const).find((key) => meta[key] !== record[key]);
  return wrong && `its ${wrong} is ${meta[wrong]}, and the index says ${record[wrong]}`;
}

function gone(cause: PakhusError): PakhusError {
  return new PakhusError(
    'NETWORK_FAILED',
    `${FAILURES_IN_A_ROW} files in a row could not be fetched, the last one: ${cause.message}`,
    { cause, hint: 'Run the command again later: what was fetched so far is kept.', details: cause.details },
  );
}
