/** Reads files for a publish: what is wrong with each, and what deserves a warning. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Report } from '../../core/report-event.ts';
import type { Ingested } from './handle-request.ts';
import type { IngestPool } from './ingest-pool.ts';
import type { FormatWish, InspectedPackage, KnownPackages } from './inspected.ts';

/** Lints of one kind that are shown in full. */
const LINTS_SHOWN = 3;

export interface InspectedFiles {
  readonly good: readonly InspectedPackage[];
  /** Files that are no acceptable package, with the reason. */
  readonly refused: readonly { readonly source: string; readonly error: PakhusError }[];
}

/** Reads every file to its end. @throws only what is no fault of a file */
export async function inspectFiles(
  pool: IngestPool,
  paths: readonly string[],
  {
    report,
    signal,
    known,
    wish,
    repack,
  }: {
    readonly report: Report;
    readonly signal?: AbortSignal;
    readonly known?: KnownPackages | undefined;
    readonly wish?: FormatWish;
    /** What is to be published in place of a file. */
    readonly repack?: ((file: InspectedPackage) => Promise<InspectedPackage>) | undefined;
  },
): Promise<InspectedFiles> {
  const task = 'Reading packages';
  report({ type: 'progress', task, done: 0, total: paths.length });
  const outcomes = await pool.inspect(paths, {
    ...(signal && { signal }),
    known,
    ...(wish && { wish }),
    onProgress: (done) => report({ type: 'progress', task, done, total: paths.length }),
  });
  const { good: read, refused: unread } = sortOut(
    outcomes.map((outcome, index) => ({ ...outcome, source: paths[index] ?? '' })),
  );
  const good: InspectedPackage[] = [];
  const refused = [...unread];
  for (const one of read) {
    const file = repack === undefined ? one : await repack(one);
    const error = blockingError(file);
    if (error === undefined) good.push(file);
    else refused.push({ source: one.source, error });
  }
  reportLints(good, report);
  return { good, refused };
}

/** Why no client could cope with the package; undefined: some can. */
function blockingError({ source, meta }: InspectedPackage): PakhusError | undefined {
  const blocking = meta.lints.filter(({ blocks }) => blocks);
  if (blocking.length === 0) return undefined;
  const isCurable = blocking.every(({ cure }) => cure === 'repack');
  const reasons = blocking.map(({ message }) => message).join('; ');
  return new PakhusError('PACKAGE_INVALID', `${source}: ${reasons}`, {
    hint: isCurable ? 'Publish it with --repack, which puts that right.' : 'Build the package again.',
    details: { name: source, lints: blocking.map(({ code }) => code) },
  });
}

/** @throws what is no fault of a file */
export function sortOut(
  outcomes: readonly (Ingested<InspectedPackage> & { readonly source: string })[],
): InspectedFiles {
  const good: InspectedPackage[] = [];
  const refused: { source: string; error: PakhusError }[] = [];
  for (const one of outcomes) {
    if ('value' in one) good.push(one.value);
    else if (one.error instanceof PakhusError) refused.push({ source: one.source, error: one.error });
    else throw one.error;
  }
  return { good, refused };
}

/** Each kind of lint in full for the first files that have it; the others are counted. */
function reportLints(good: readonly InspectedPackage[], report: Report): void {
  const all = good.flatMap((one) => one.meta.lints.map((lint) => ({ source: one.source, lint })));
  for (const [code, found] of Map.groupBy(all, ({ lint }) => lint.code)) {
    for (const { source, lint } of found.slice(0, LINTS_SHOWN)) {
      report({ type: 'warning', code, message: `${source}: ${lint.message}` });
    }
    const more = found.length - LINTS_SHOWN;
    if (more > 0) report({ type: 'warning', code, message: `and ${more} more like that` });
  }
}
