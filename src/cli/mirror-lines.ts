/** What the commands of mirrors answer, and how it looks. */
import type { Missing } from '../repository/mirror/select-packages.ts';
import type { SyncResult } from '../repository/mirror/sync-result.ts';
import type { Palette } from './palette.ts';
import { formatDuration, formatNumberOf, formatSize } from './quantities.ts';

/** Packages that are named; the others are counted. */
const SHOWN = 20;

export interface MirroredPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly component: string;
  readonly sizeBytes: number;
}

/** What `mirror sync` did to one mirror. */
export interface Synced extends Omit<SyncResult, 'added' | 'removed' | 'missing'> {
  readonly mirror: string;
  readonly place: string;
  readonly added: readonly MirroredPackage[];
  readonly removed: readonly MirroredPackage[];
  readonly missing: readonly { readonly wanted: string; readonly problem: string }[];
  readonly elapsedMs: number;
  readonly dryRun: boolean;
}

export function toSynced(
  result: SyncResult,
  about: Pick<Synced, 'mirror' | 'place' | 'elapsedMs' | 'dryRun'>,
): Synced {
  return {
    ...result,
    ...about,
    added: result.added.map(({ place, listed }) => toMirrored(place.component, listed.record)),
    removed: result.removed.map(({ component, record }) => toMirrored(component, record)),
    missing: toMissing(result.missing),
  };
}

export function toMirrored(
  component: string,
  { name, version, architecture, sizeBytes }: Omit<MirroredPackage, 'component'>,
): MirroredPackage {
  return { name, version, architecture, component, sizeBytes };
}

export function toMissing(missing: readonly Missing[]): Synced['missing'] {
  return missing.map(({ wish, name, problem }) => ({ wanted: name ?? wish.pattern, problem }));
}

export function syncLines(one: Synced, palette: Palette): readonly string[] {
  const { mirror, place, added, removed, dryRun, changed, rev } = one;
  const all = `${formatNumberOf(one.packages, 'package')}, ${formatSize(one.sizeBytes)}`;
  const changes = changeLines(one);
  if (dryRun) {
    const size = formatSize(added.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    return [
      ...changes,
      ...missingLines(one.missing, palette),
      ...elsewhereLines(one),
      `${mirror} would have ${all}: ${added.length} to add (${size}), ${removed.length} to remove. Nothing was changed.`,
    ];
  }
  const head = changed
    ? palette.good(
        `${mirror}: ${added.length} added, ${removed.length} removed, revision ${rev} of ${place}.`,
      )
    : `${mirror} is as upstream has it: ${all}, revision ${rev} of ${place}.`;
  return [
    ...(changed ? changes : []),
    ...missingLines(one.missing, palette),
    ...elsewhereLines(one),
    head,
    ...(changed ? [`  ${all} in all`] : []),
    `  ${statistics(one)}`,
  ];
}

/** `downloaded 12 files, 3.4 MB; 2 were there; 1 failed; 3 requests made again; 15 requests, 3.5 MB, 1.2 s` */
function statistics({ fetched, counts, elapsedMs }: Synced): string {
  const { downloaded = 0, downloadedBytes = 0, there = 0, failed = 0 } = fetched ?? {};
  return [
    downloaded === 0
      ? 'nothing downloaded'
      : `downloaded ${formatNumberOf(downloaded, 'file')}, ${formatSize(downloadedBytes)}`,
    ...(there === 0 ? [] : [`${there} already there`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(counts.retries === 0 ? [] : [`${counts.retries} tried again`]),
    `${formatNumberOf(counts.requests, 'request')}, ${formatSize(counts.bytes)} in ${formatDuration(elapsedMs)}`,
  ].join('; ');
}

/** Newer versions on one line each: `+` came, `-` went, `~` another version. */
export function changeLines({ added, removed }: Pick<Synced, 'added' | 'removed'>): readonly string[] {
  const before = new Map(removed.map((one) => [keyOf(one), one.version]));
  const lines = added.map((one) => {
    const old = before.get(keyOf(one));
    before.delete(keyOf(one));
    return old === undefined
      ? `  + ${one.name} ${one.version} ${one.architecture}`
      : `  ~ ${one.name} ${old} → ${one.version} ${one.architecture}`;
  });
  const gone = removed.filter((one) => before.has(keyOf(one)));
  const all = [...lines, ...gone.map((one) => `  - ${one.name} ${one.version} ${one.architecture}`)];
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `  and ${all.length - SHOWN} more`];
}

function keyOf({ name, architecture }: MirroredPackage): string {
  return `${name} ${architecture}`;
}

/** Machines of a distribution have its packages; who mirrors a distribution wants to know. */
function elsewhereLines({ elsewhere }: Synced): readonly string[] {
  if (elsewhere.length === 0) return [];
  const more = elsewhere.length > NAMED ? `, and ${elsewhere.length - NAMED} more` : '';
  return [
    `  not in any source, so machines need it from elsewhere: ${elsewhere.slice(0, NAMED).join(', ')}${more}`,
  ];
}

const NAMED = 8;

export function missingLines(missing: Synced['missing'], palette: Palette): readonly string[] {
  return missing.map(({ wanted, problem }) => palette.bad(`  left out: ${wanted}: ${problem}`));
}
