/** Promoting packages: the same bytes, listed in another place as well. */
import { compareRunKeys } from '../catalog/catalog.ts';
import { formatByName } from '../formats/table.ts';
import type { Place } from './actions.ts';
import { type Changed, finishOthers, makeChange } from './change.ts';
import { findPackages, type ListedPackage } from './list-packages.ts';
import { openTail } from './read-repository.ts';
import { describeAll, notThere, type Wanted } from './remove-packages.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

export interface PromoteInput {
  readonly from: Place;
  readonly to: Place;
  /** Without a version: the newest one. */
  readonly wanted: readonly Wanted[];
  readonly dryRun: boolean;
}

export interface PromotedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** `unchanged`: it was there already. */
  readonly outcome: 'promoted' | 'unchanged';
}

export interface PromoteResult {
  readonly packages: readonly PromotedPackage[];
  /** Undefined on a dry run, and when nothing was to be done. */
  readonly change: Changed | undefined;
}

/** @throws PACKAGE_NOT_FOUND, and as `makeChange` */
export async function promotePackages(
  repository: Repository,
  input: PromoteInput,
  options: UseCaseOptions,
): Promise<PromoteResult> {
  const tail = await openTail(repository, options.signal === undefined ? {} : { signal: options.signal });
  const { compareVersions } = formatByName(tail.content.catalog.settings.format);
  const found: { readonly listed: ListedPackage; readonly isThere: boolean }[] = [];
  for (const wanted of input.wanted) {
    const all = await findPackages(repository, tail, { ...input.from, ...wanted });
    if (all.length === 0) throw notThere(repository, { wanted, filter: input.from });
    const newest = all.reduce((best, one) =>
      compareVersions(one.record.version, best.record.version) > 0 ? one : best,
    );
    const there = await findPackages(repository, tail, { ...input.to, name: wanted.name });
    for (const listed of all.filter(
      ({ record }) => compareVersions(record.version, newest.record.version) === 0,
    )) {
      const isThere = there.some(
        (one) =>
          one.record.sha256 === listed.record.sha256 && compareRunKeys({ ...listed, ...input.to }, one) === 0,
      );
      found.push({ listed, isThere });
    }
  }
  const packages = found.map(({ listed: { record }, isThere }): PromotedPackage => {
    const { name, version, architecture } = record;
    return { name, version, architecture, outcome: isThere ? 'unchanged' : 'promoted' };
  });
  const fresh = found.filter(({ isThere }) => !isThere).map(({ listed }) => listed.record);
  if (!input.dryRun && fresh.length === 0) await finishOthers(repository, options);
  if (input.dryRun || fresh.length === 0) return { packages, change: undefined };
  const { from, to } = input;
  const actions = fresh.map(
    ({ name, version, architecture, sha256 }) =>
      ({ type: 'promote', from, to, package: { name, version, architecture }, sha256 }) as const,
  );
  const message = `promote ${describeAll(fresh)} from ${from.channel}/${from.component} to ${to.channel}/${to.component}`;
  return { packages, change: await makeChange(repository, { actions, message }, options) };
}
