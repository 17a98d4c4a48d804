/** What changed between two revisions. */
import { diffCatalogs } from '../catalog/diff.ts';
import { createLeafStore } from '../catalog/leaf-store.ts';
import { openRevision, openTail } from './read-repository.ts';
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
 * @throws REPOSITORY_NOT_FOUND, REVISION_NOT_FOUND, LEDGER_*
 */
export async function diffRevisions(
  repository: Repository,
  range: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<RevisionDiff> {
  const { blobs } = repository.ledger;
  const newer =
    range.to === undefined ? await openTail(repository) : await openRevision(repository, range.to);
  const to = newer.revision.signed.record.rev;
  const from = range.from ?? to - 1;
  const older = from === 0 ? undefined : await openRevision(repository, from);
  const packages: PackageDifference[] = [];
  const changes = diffCatalogs(older?.content.catalog, newer.content.catalog, {
    blobs,
    leaves: createLeafStore(blobs),
  });
  for await (const change of changes) {
    const { channel, component } = change.run;
    const { name, version, architecture } = change.kind === 'removed' ? change.before : change.after;
    packages.push({ kind: change.kind, channel, component, name, version, architecture });
  }
  return { from, to, packages };
}
