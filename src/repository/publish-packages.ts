/**
 * Publishing package files into one place of a repository: the main job.
 *
 * ```
 * inspect ─▶ compare with the newest revision ─▶ store new files ─▶ one change
 *   bad?        other bytes there? same?            nothing public names them yet
 * ```
 */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { Format, Lint, PackageMeta, PackageRecord } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { Action, Place } from './actions.ts';
import { checkPlace, type Terms } from './apply-intents.ts';
import { catalogLookup } from './catalog-lookup.ts';
import { makeChange } from './change.ts';
import { type Changes, createChanges } from './changes.ts';
import { termsOf } from './content.ts';
import { createIngestPool, type IngestPool } from './ingest/ingest-pool.ts';
import type { InspectedPackage } from './ingest/inspected.ts';
import { findTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

/** Lints of one kind that are shown in full. */
const LINTS_SHOWN = 3;

/** What happened to one file. */
export interface PublishedPackage {
  readonly source: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Below the repository's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** `unchanged`: the very same package was there already. */
  readonly outcome: 'added' | 'unchanged';
}

/** A file that was not accepted. */
export interface RefusedFile {
  readonly source: string;
  readonly error: PakhusError;
}

export interface PublishResult {
  readonly place: Place;
  readonly packages: readonly PublishedPackage[];
  readonly refused: readonly RefusedFile[];
  /** The revision that holds them; unchanged when nothing was added; undefined on a dry run of a first publish. */
  readonly rev: number | undefined;
  /** Versions that `keep` dropped. */
  readonly dropped: readonly {
    readonly name: string;
    readonly version: string;
    readonly architecture: string;
  }[];
  readonly waitedMs: number;
}

export interface PublishOptions extends UseCaseOptions {
  readonly place: Place;
  readonly keepGoing: boolean;
  readonly dryRun: boolean;
  /** Makes the repository when it does not exist. */
  readonly create?: () => Promise<Terms>;
}

/**
 * Publishes `inspected` files. With `keepGoing` refused files are left out and named; otherwise the first refusal ends it and
 * nothing is published.
 * @throws REPOSITORY_NOT_FOUND, PLACE_NOT_FOUND, PACKAGE_CONFLICT, PACKAGE_CHANGED, INTENT_REJECTED, KEY_*, LEDGER_*, STORE_*
 */
export async function publishPackages(
  repository: Repository,
  inspected: readonly InspectedPackage[],
  options: PublishOptions,
): Promise<PublishResult> {
  const { place, signal } = options;
  const tail = await findTail(repository, signal === undefined ? {} : { signal });
  const creates = tail === undefined;
  const terms = tail === undefined ? await options.create?.() : termsOf(tail.revision, tail.content);
  if (terms === undefined) throw notMade(repository);
  checkPlace(terms.settings, place);
  const format = formatByName(terms.settings.format);
  const changes = createChanges(catalogLookup(repository, tail?.content.catalog));
  const sorted = await sortOut(inspected, {
    repository,
    changes,
    place,
    format,
    keepGoing: options.keepGoing,
  });
  if (terms.settings.keep !== undefined) await changes.keepNewest(terms.settings.keep, format);
  const dropped = changes.edits().flatMap(({ drop }) => drop);
  const rev = tail?.revision.signed.record.rev;
  const nothingNew = sorted.fresh.length === 0 && (await missing(repository, sorted.unchanged)).length === 0;
  if (options.dryRun || (nothingNew && !creates)) {
    const packages = [
      ...sorted.fresh.map((one) => published(one, 'added')),
      ...sorted.unchanged.map((one) => published(one, 'unchanged')),
    ];
    return { place, packages, refused: sorted.refused, rev, dropped, waitedMs: 0 };
  }
  const stored = await store(repository, { sorted, format }, options);
  const actions: Action[] = [
    ...(creates ? [{ type: 'settings', create: true, ...terms } as const] : []),
    ...stored.map(
      ({ path, inspected: { sizeBytes, sha256 } }) =>
        ({ type: 'add', to: place, file: { path, sizeBytes, sha256 } }) as const,
    ),
  ];
  const packages = [
    ...stored.map((one) => published(one, 'added')),
    ...sorted.unchanged.map((one) => published(one, 'unchanged')),
  ];
  if (actions.length === 0) return { place, packages, refused: sorted.refused, rev, dropped, waitedMs: 0 };
  const message = `publish ${describe(stored)} to ${place.channel}/${place.component}`;
  const known = new Map(stored.map((one) => [one.path, one.inspected]));
  const changed = await makeChange(repository, { actions, message, known }, options);
  return { place, packages, refused: sorted.refused, rev: changed.rev, dropped, waitedMs: changed.waitedMs };
}

/** A file and where it goes. */
interface PlacedPackage {
  readonly inspected: InspectedPackage;
  readonly path: string;
}

interface Sorted {
  readonly fresh: readonly PlacedPackage[];
  readonly unchanged: readonly PlacedPackage[];
  readonly refused: readonly RefusedFile[];
}

async function sortOut(
  inspected: readonly InspectedPackage[],
  at: {
    readonly repository: Repository;
    readonly changes: Changes;
    readonly place: Place;
    readonly format: Format;
    readonly keepGoing: boolean;
  },
): Promise<Sorted> {
  const fresh: PlacedPackage[] = [];
  const unchanged: PlacedPackage[] = [];
  const refused: RefusedFile[] = [];
  for (const one of inspected) {
    const { meta, sizeBytes, sha256 } = one;
    const path = at.format.packagePath(meta, { component: at.place.component, sha256, apart: false });
    const record = recordOf(meta, { path, sizeBytes, sha256 });
    try {
      if (await at.changes.add({ ...at.place, slot: meta.slot }, record))
        fresh.push({ inspected: one, path });
      else {
        const there = await at.changes.lookUp(at.place, record);
        unchanged.push({ inspected: one, path: there?.record.path ?? path });
      }
    } catch (error) {
      if (!hasCode(error, 'PACKAGE_CONFLICT')) throw error;
      const named = new PakhusError(error.code, `${one.source}: ${error.message}`, {
        ...(error.hint && { hint: error.hint }),
        details: error.details,
      });
      if (!at.keepGoing) throw named;
      refused.push({ source: one.source, error: named });
    }
  }
  return { fresh, unchanged, refused };
}

/** A package as a leaf holds it. */
function recordOf(
  { name, version, architecture, metadata }: PackageMeta,
  file: { readonly path: string; readonly sizeBytes: number; readonly sha256: string },
): PackageRecord {
  return { name, version, architecture, ...file, metadata };
}

/** Files that the revision names and the store has lost. */
async function missing(
  repository: Repository,
  unchanged: readonly PlacedPackage[],
): Promise<readonly PlacedPackage[]> {
  const lost: PlacedPackage[] = [];
  for (const one of unchanged) {
    try {
      const { sizeBytes } = await repository.tree.stat(one.path);
      if (sizeBytes !== one.inspected.sizeBytes) lost.push(one);
    } catch (error) {
      if (!hasCode(error, 'STORE_OBJECT_NOT_FOUND')) throw error;
      lost.push(one);
    }
  }
  return lost;
}

async function store(
  repository: Repository,
  { sorted, format }: { readonly sorted: Sorted; readonly format: Format },
  options: PublishOptions,
): Promise<readonly PlacedPackage[]> {
  const lost = await missing(repository, sorted.unchanged);
  const all = [...sorted.fresh, ...lost];
  const pool = createIngestPool(repository.tree, repository.location);
  try {
    const task = 'Storing packages';
    options.report({ type: 'progress', task, done: 0, total: all.length });
    const outcomes = await pool.store(
      all.map(({ inspected: { source, sizeBytes, sha256, meta }, path }, index) => ({
        source,
        sizeBytes,
        sha256,
        path,
        apartPath: format.packagePath(meta, { component: options.place.component, sha256, apart: true }),
        named: index >= sorted.fresh.length,
      })),
      {
        ...(options.signal && { signal: options.signal }),
        onProgress: (done) => options.report({ type: 'progress', task, done, total: all.length }),
      },
    );
    const stored: PlacedPackage[] = [];
    outcomes.forEach((outcome, index) => {
      const one = all[index];
      if ('error' in outcome) throw outcome.error;
      if (one !== undefined && index < sorted.fresh.length)
        stored.push({ inspected: one.inspected, path: outcome.value });
    });
    return stored;
  } finally {
    await pool.close();
  }
}

/** Reads every file; lints become warnings. */
export async function inspectFiles(
  pool: IngestPool,
  paths: readonly string[],
  options: UseCaseOptions,
): Promise<{ readonly good: readonly InspectedPackage[]; readonly refused: readonly RefusedFile[] }> {
  const task = 'Reading packages';
  options.report({ type: 'progress', task, done: 0, total: paths.length });
  const outcomes = await pool.inspect(paths, {
    ...(options.signal && { signal: options.signal }),
    onProgress: (done) => options.report({ type: 'progress', task, done, total: paths.length }),
  });
  const good: InspectedPackage[] = [];
  const refused: RefusedFile[] = [];
  outcomes.forEach((outcome, index) => {
    if ('value' in outcome) {
      good.push(outcome.value);
    } else if (outcome.error instanceof PakhusError)
      refused.push({ source: paths[index] ?? '', error: outcome.error });
    else throw outcome.error;
  });
  reportLints(good, options);
  return { good, refused };
}

/** Each kind of lint in full for the first files that have it; the others are counted. */
function reportLints(good: readonly InspectedPackage[], { report }: UseCaseOptions): void {
  const all = good.flatMap(({ source, meta }) => meta.lints.map((lint) => ({ source, lint })));
  for (const [code, found] of Map.groupBy(all, ({ lint }) => lint.code)) {
    for (const { source, lint } of found.slice(0, LINTS_SHOWN)) report(lintWarning(source, lint));
    const more = found.length - LINTS_SHOWN;
    if (more > 0) report({ type: 'warning', code, message: `and ${more} more like that` });
  }
}

function lintWarning(source: string, { code, message }: Lint) {
  return { type: 'warning', code, message: `${source}: ${message}` } as const;
}

function published(
  { inspected, path }: PlacedPackage,
  outcome: PublishedPackage['outcome'],
): PublishedPackage {
  const { source, meta, sizeBytes, sha256 } = inspected;
  const { name, version, architecture } = meta;
  return { source, name, version, architecture, path, sizeBytes, sha256, outcome };
}

function describe(stored: readonly PlacedPackage[]): string {
  const [first] = stored;
  if (first === undefined) return 'nothing';
  const { name, version } = first.inspected.meta;
  return stored.length === 1 ? `${name} ${version}` : `${stored.length} packages`;
}

function notMade(repository: Repository): PakhusError {
  return new PakhusError(
    'REPOSITORY_NOT_FOUND',
    `${repository.name}: there is no repository at ${repository.tree.name} yet`,
    {
      hint: 'Run the command again with --init to make it, or check --store and pakhus.yaml.',
      details: { repository: repository.name },
    },
  );
}
