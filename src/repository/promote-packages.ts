/** Promoting packages: the same bytes, listed in another place as well. */
import type { PackageRecord } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import { type Place, withAllowance } from './change/actions.ts';
import { catalogLookup } from './change/catalog-lookup.ts';
import { type Changed, finishOthers, makeChange } from './change/change.ts';
import { createChanges } from './change/changes.ts';
import type { ReadRevision } from './change/content.ts';
import { checkSlot } from './change/plain-file.ts';
import { checkPlace } from './change/terms.ts';
import { passGate } from './gate/gate.ts';
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
  /** What becomes uninstallable is a warning. Default: it is refused. */
  readonly allowUninstallable?: boolean;
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

/** @throws PLACE_NOT_FOUND, PACKAGE_NOT_FOUND, PACKAGE_CONFLICT, PACKAGE_UNINSTALLABLE, and as `makeChange` */
export async function promotePackages(
  repository: Repository,
  input: PromoteInput,
  options: UseCaseOptions,
): Promise<PromoteResult> {
  const { from, to } = input;
  const tail = await openTail(repository, options.signal === undefined ? {} : { signal: options.signal });
  const { settings } = tail.content.catalog;
  checkPlace(settings, to);
  const changes = createChanges(catalogLookup(repository.catalog, tail.content.catalog));
  const packages: PromotedPackage[] = [];
  const fresh: PackageRecord[] = [];
  const { allowUninstallable = false } = input;
  await changes.whole(async () => {
    for (const wanted of input.wanted) {
      for (const { slot, record } of await newestOf(repository, tail, { wanted, from })) {
        const { name, version, architecture } = record;
        checkSlot({ name, slot }, { settings, to });
        const isNew = await changes.add({ ...to, slot }, record);
        packages.push({ name, version, architecture, outcome: isNew ? 'promoted' : 'unchanged' });
        if (isNew) fresh.push(record);
      }
    }
    await passGate(repository, { step: changes.step(), settings, allow: allowUninstallable }, options);
  });
  if (!input.dryRun && fresh.length === 0)
    await finishOthers(repository, { ...options, known: tail, channel: to.channel });
  if (input.dryRun || fresh.length === 0) return { packages, change: undefined };
  const actions = fresh.map(
    ({ name, version, architecture, sha256 }) =>
      ({ type: 'promote', from, to, package: { name, version, architecture }, sha256 }) as const,
  );
  const message = `promote ${describeAll(fresh)} from ${from.channel}/${from.component} to ${to.channel}/${to.component}`;
  const change = {
    actions: withAllowance(actions, allowUninstallable),
    message,
    known: tail.revision,
    passed: true,
  };
  return { packages, change: await makeChange(repository, change, options) };
}

/** The version that is asked for, or the newest one, in every architecture that has it. @throws PACKAGE_NOT_FOUND */
async function newestOf(
  repository: Repository,
  tail: ReadRevision,
  { wanted, from }: { readonly wanted: Wanted; readonly from: Place },
): Promise<readonly ListedPackage[]> {
  const [newest, ...others] = await findPackages(repository, tail, { ...from, ...wanted });
  if (newest === undefined) throw notThere(repository, { wanted, filter: from });
  const { compareVersions } = formatByName(tail.content.catalog.settings.format);
  const same = others.filter(({ record }) => compareVersions(record.version, newest.record.version) === 0);
  return [newest, ...same];
}
