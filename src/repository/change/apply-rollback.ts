/** Restoring a place: the difference between what it holds and what it held becomes puts and drops. */
import { compareRunKeys, isIn, type RunKey } from '../../catalog/catalog.ts';
import type { PlacedChange } from '../../catalog/diff.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { describeKey } from '../../catalog/package-key.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageRecord, RepositorySettings } from '../../formats/format.ts';
import type { PastCatalog } from '../history/past-revisions.ts';
import type { Filter, Identity } from './actions.ts';
import type { BaseLookup, Changes } from './changes.ts';

/** Files that are looked for at a time. */
const FILES_AHEAD = 16;

/** An earlier revision, and what to hold it against. */
export interface PastInput {
  /** A part that is left out means all. */
  readonly where: Filter;
  readonly past: PastCatalog;
  readonly base: BaseLookup;
  /** Size of a file of the public folder; undefined when it is not there. */
  readonly fileSize: (path: string) => Promise<number | undefined>;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoreInput extends PastInput {
  readonly settings: RepositorySettings;
  readonly changes: Changes;
}

/** What a rollback does to a package; `changed`: it comes back with other bytes. */
export interface Restoration extends Identity {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly run: RunKey;
}

/**
 * Makes the place hold what it held. Gives what that changes in the base: `removed` disappears, `added` comes back.
 * @throws INTENT_REJECTED when the place is gone, PACKAGE_CONFLICT, PACKAGE_NOT_FOUND when a file is gone, LEDGER_SWEEPING
 */
export async function restorePlace(input: RestoreInput): Promise<readonly Restoration[]> {
  checkPlaces(input);
  const restorations: Restoration[] = [];
  const edits = new Map<RunKey, { readonly put: PackageRecord[]; readonly drop: Identity[] }>();
  for await (const change of differencesTo(input)) {
    const { kind, run } = change;
    const { put, drop } = edits.get(run) ?? { put: [], drop: [] };
    edits.set(run, { put, drop });
    // Not the record itself: there may be 60,000 of them.
    const { name, version, architecture } = kind === 'removed' ? change.before : change.after;
    restorations.push({ kind, run, name, version, architecture });
    if (kind === 'removed') drop.push({ name, version, architecture });
    else put.push(change.after);
  }
  await input.changes.restore(
    input.where,
    [...edits].map(([run, edit]) => ({ run, ...edit })),
  );
  await checkFiles(
    [...edits.values()].flatMap(({ put }) => put),
    input,
  );
  return restorations;
}

/** From the base to the earlier revision, run by run. */
export async function* differencesTo({
  where,
  past,
  base,
  signal,
}: Omit<PastInput, 'fileSize'>): AsyncGenerator<PlacedChange, void, undefined> {
  const now = base.runs();
  const then = past.catalog.runs.filter((run) => now.every((other) => compareRunKeys(run, other) !== 0));
  for (const { channel, component, slot } of [...now, ...then].sort(compareRunKeys)) {
    signal?.throwIfAborted();
    const run = { channel, component, slot };
    if (!isIn(run, where)) continue;
    for await (const change of base.changesTo(run, past)) yield { ...change, run };
  }
}

/** Settings stay, so what lay in a channel or component that is gone has nowhere to come back to. @throws INTENT_REJECTED */
function checkPlaces({ where, past, settings }: RestoreInput): void {
  for (const run of past.catalog.runs) {
    const { channel, component } = run;
    const isThere =
      settings.channels.some(({ name }) => name === channel) && settings.components.includes(component);
    if (isThere || !isIn(run, where)) continue;
    throw new PakhusError(
      'INTENT_REJECTED',
      `revision ${past.rev} held packages in ${channel}/${component}, which the repository does not have any more`,
      {
        hint: 'Roll back one channel or component at a time, or bring this one back with pakhus.yaml and `pakhus apply`.',
        details: { rev: past.rev, channel, component },
      },
    );
  }
}

/** @throws PACKAGE_NOT_FOUND for the first file that is not there as it was */
async function checkFiles(
  records: readonly PackageRecord[],
  { fileSize, signal }: Pick<PastInput, 'fileSize' | 'signal'>,
): Promise<void> {
  const work = async (record: PackageRecord): Promise<PakhusError | undefined> => {
    const size = await fileSize(record.path);
    return size === record.sizeBytes ? undefined : fileGone(record, size);
  };
  for await (const problem of mapInOrder(records, { limit: FILES_AHEAD, signal, work }))
    if (problem !== undefined) throw problem;
}

function fileGone(record: PackageRecord, size: number | undefined): PakhusError {
  const what = size === undefined ? 'is gone' : `has ${size} bytes instead of ${record.sizeBytes}`;
  return new PakhusError(
    'PACKAGE_NOT_FOUND',
    `${describeKey(record)} cannot come back: its file ${record.path} ${what}`,
    {
      hint: 'Publish that package again, or take a revision whose files are all there.',
      details: { path: record.path, expected: record.sizeBytes, found: size },
    },
  );
}
