/** What a sync did, and what ends it. */
import type { MirrorConfig } from '../../config/mirrors.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { FetchCounts, Fetcher } from '../../upstream/fetcher.ts';
import type { ListedPackage } from '../list-packages.ts';
import type { Fetched } from './fetch-packages.ts';
import type { WantedPackage } from './find-wanted.ts';
import type { MirrorPlan } from './plan-mirror.ts';
import type { Missing } from './select-packages.ts';
import type { SyncNote } from './upstream-cache.ts';

export interface SyncResult {
  readonly added: readonly WantedPackage[];
  readonly removed: readonly ListedPackage[];
  readonly unchanged: number;
  /** Optional ones: what was required is an error. */
  readonly missing: readonly Missing[];
  /** Needs that no source meets: machines have to have these from elsewhere. */
  readonly elsewhere: readonly string[];
  readonly packages: number;
  readonly sizeBytes: number;
  /** Undefined on a dry run. */
  readonly fetched:
    | (Pick<Fetched, 'downloaded' | 'downloadedBytes' | 'there'> & { readonly failed: number })
    | undefined;
  readonly counts: FetchCounts;
  /** The revision that holds it; undefined on a dry run of a mirror that was never synced. */
  readonly rev: number | undefined;
  readonly changed: boolean;
}

/** The same upstream, the same wishes, the same revision, and nothing was left to do. */
export function asBefore({ packages, sizeBytes, elsewhere }: SyncNote): Omit<SyncResult, 'counts' | 'rev'> {
  const nothing = { added: [], removed: [], missing: [], fetched: undefined, changed: false };
  return { ...nothing, unchanged: packages, packages, sizeBytes, elsewhere };
}

export function summarise(
  { fetcher }: { readonly fetcher: Fetcher },
  { wanted, difference }: Pick<MirrorPlan, 'wanted' | 'difference'>,
  {
    rev,
    fetched,
    changed = false,
  }: { readonly rev: number | undefined; readonly fetched?: Fetched; readonly changed?: boolean },
): SyncResult {
  const { fresh, gone, unchanged } = difference;
  return {
    ...{
      added: fresh,
      removed: gone,
      unchanged,
      missing: wanted.missing,
      elsewhere: wanted.elsewhere,
      rev,
      changed,
    },
    packages: wanted.packages.length,
    sizeBytes: wanted.packages.reduce((sum, { listed }) => sum + listed.record.sizeBytes, 0),
    fetched: fetched && {
      downloaded: fetched.downloaded,
      downloadedBytes: fetched.downloadedBytes,
      there: fetched.there,
      failed: fetched.failed.size,
    },
    counts: fetcher.counts(),
  };
}

const SHOWN = 20;

/** @throws PACKAGE_NOT_FOUND */
export function checkRequired(
  { mirror }: { readonly mirror: MirrorConfig },
  missing: readonly Missing[],
): void {
  const required = missing.filter((one) => one.required);
  if (required.length === 0) return;
  const lines = required.map(({ wish, name, problem }) => `${name ?? wish.pattern}: ${problem}`);
  throw new PakhusError('PACKAGE_NOT_FOUND', `${mirror.name}: ${inLines('cannot be had', lines)}`, {
    hint: 'Correct the names, or move them to `optional:` in pakhus.yaml. Nothing was changed.',
    details: { missing: lines },
  });
}

/** @throws NETWORK_FAILED */
export function checkFetched({ mirror }: { readonly mirror: MirrorConfig }, { failed }: Fetched): void {
  const lines = [...failed.values()].flatMap(({ wanted, problem }) => (wanted.required ? problem : []));
  if (lines.length === 0) return;
  throw new PakhusError('NETWORK_FAILED', `${mirror.name}: ${inLines('could not be fetched', lines)}`, {
    hint: 'Run the command again: what was fetched so far is kept. Nothing was published.',
    details: { failed: lines },
  });
}

function inLines(what: string, lines: readonly string[]): string {
  const count = lines.length === 1 ? '1 required package' : `${lines.length} required packages`;
  const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [];
  return [`${count} ${what}`, ...lines.slice(0, SHOWN), ...more].join('\n');
}
