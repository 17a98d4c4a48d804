/** Reads files for a publish: what is wrong with each, and what deserves a warning. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Report } from '../../core/report-event.ts';
import type { Ingested } from './handle-request.ts';
import type { IngestPool } from './ingest-pool.ts';
import type { InspectedPackage, KnownPackages } from './inspected.ts';

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
    repack,
  }: {
    readonly report: Report;
    readonly signal?: AbortSignal;
    readonly known?: KnownPackages | undefined;
    /** What is to be published in place of a file. */
    readonly repack?: ((file: InspectedPackage) => Promise<InspectedPackage>) | undefined;
  },
): Promise<InspectedFiles> {
  const task = 'Reading packages';
  report({ type: 'progress', task, done: 0, total: paths.length });
  const outcomes = await pool.inspect(paths, {
    ...(signal && { signal }),
    known,
    onProgress: (done) => report({ type: 'progress', task, done, total: paths.length }),
  });
  const { good: read, refused } = sortOut(
    outcomes.map((outcome, index) => ({ ...outcome, source: paths[index] ?? '' })),
  );
  const good: InspectedPackage[] = [];
  for (const file of read) good.push(repack === undefined ? file : await repack(file));
  reportLints(good, report);
  return { good, refused };
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
