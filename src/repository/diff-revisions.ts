/** What changed between two revisions. */
import type { Catalog } from '../catalog/catalog.ts';
import { diffCatalogs, type PlacedChange } from '../catalog/diff.ts';
import { createLeafStore } from '../catalog/leaf-store.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Filter } from './actions.ts';
import type { ReadRevision } from './content.ts';
import { openPast } from './past-revisions.ts';
import { openTail } from './read-repository.ts';
import type { Repository } from './repository.ts';

/** A package that came, went or changed its bytes. */
export interface PackageDifference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly channel: string;
  readonly component: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

export interface RevisionDiff {
  /** 0 stands for nothing at all, before the first revision. */
  readonly from: number;
  readonly to: number;
  readonly packages: readonly PackageDifference[];
}

/**
 * The difference between revision `from` and `to`; by default between the newest and the one before. Unchanged leaves are not read.
 * @throws REPOSITORY_NOT_FOUND, REVISION_NOT_FOUND, REVISION_COLLECTED, LEDGER_*
 */
export async function diffRevisions(
  repository: Repository,
  range: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<RevisionDiff> {
  const tail = await openTail(repository);
  const open = (rev: number): Promise<ReadRevision> => openPast(repository, tail, { rev });
  const newer = range.to === undefined ? tail : await open(range.to);
  const to = newer.revision.signed.record.rev;
  const from = range.from ?? to - 1;
  const older = from === 0 ? undefined : await open(from);
  const packages = await comparePackages(repository, {
    from: older?.content.catalog,
    to: newer.content.catalog,
    where: {},
  });
  return { from, to, packages };
}

/** The packages of the places that `where` names which differ. @throws LEDGER_CORRUPT */
export async function comparePackages(
  { ledger: { blobs } }: Repository,
  input: CallOptions & {
    readonly from: Catalog | undefined;
    readonly to: Catalog;
    readonly where: Filter;
  },
): Promise<readonly PackageDifference[]> {
  const { from, to, where, ...call } = input;
  const packages: PackageDifference[] = [];
  for await (const change of diffCatalogs(from, to, {
    blobs,
    leaves: createLeafStore(blobs),
    where,
    ...call,
  }))
    packages.push(packageDifference(change));
  return packages;
}

export function packageDifference(change: PlacedChange): PackageDifference {
  const { channel, component } = change.run;
  const { name, version, architecture } = change.kind === 'removed' ? change.before : change.after;
  return { kind: change.kind, channel, component, name, version, architecture };
}
