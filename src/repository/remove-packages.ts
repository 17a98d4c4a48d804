/** Removing packages from a place. Their files stay until they are collected, for clients with an older index. */
import { PakhusError } from '../core/pakhus-error.ts';
import { type Filter, type Identity, withAllowance } from './change/actions.ts';
import { catalogLookup } from './change/catalog-lookup.ts';
import { type Changed, makeChange } from './change/change.ts';
import { createChanges } from './change/changes.ts';
import { passGate } from './gate/gate.ts';
import { findPackages, type ListedPackage } from './list-packages.ts';
import { openTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

/** A package as it is asked for: `hello`, or `hello=1.0`. */
export interface Wanted {
  readonly name: string;
  readonly version: string | undefined;
}

export interface RemoveInput {
  readonly from: Filter;
  readonly wanted: readonly Wanted[];
  /** All versions of a name that has several. */
  readonly all: boolean;
  readonly dryRun: boolean;
  /** What becomes uninstallable is a warning. Default: it is refused. */
  readonly allowUninstallable?: boolean;
}

export interface RemoveResult {
  readonly removed: readonly (Identity & { readonly channel: string; readonly component: string })[];
  /** Undefined on a dry run. */
  readonly change: Changed | undefined;
}

/** @throws PACKAGE_NOT_FOUND, CLI_USAGE when a name has several versions, PACKAGE_UNINSTALLABLE, and as `makeChange` */
export async function removePackages(
  repository: Repository,
  input: RemoveInput,
  options: UseCaseOptions,
): Promise<RemoveResult> {
  const tail = await openTail(repository, options.signal === undefined ? {} : { signal: options.signal });
  const found = new Map<string, ListedPackage>();
  for (const wanted of input.wanted) {
    const matches = await findPackages(repository, tail, { ...input.from, ...wanted });
    if (matches.length === 0) throw notThere(repository, { wanted, filter: input.from });
    checkOneVersion(matches, { wanted, all: input.all, repository: repository.name });
    for (const one of matches) found.set(listedId(one), one);
  }
  const removed = [...found.values()].map(
    ({ channel, component, record: { name, version, architecture } }) => ({
      channel,
      component,
      name,
      version,
      architecture,
    }),
  );
  const { allowUninstallable = false, dryRun } = input;
  const { catalog } = tail.content;
  const changes = createChanges(catalogLookup(repository.catalog, catalog));
  await changes.whole(async () => {
    for (const { channel, component, ...identity } of removed)
      await changes.remove({ channel, component }, identity);
    const { settings } = catalog;
    await passGate(repository, { step: changes.step(), settings, allow: allowUninstallable }, options);
  });
  if (dryRun) return { removed, change: undefined };
  const actions = removed.map(
    ({ channel, component, ...identity }) =>
      ({ type: 'remove', from: { channel, component }, package: identity }) as const,
  );
  const change = await makeChange(
    repository,
    {
      actions: withAllowance(actions, allowUninstallable),
      message: `remove ${describeAll(removed)}`,
      known: tail.revision,
      passed: true,
    },
    options,
  );
  return { removed, change };
}

/** Reads `NAME` or `NAME=VERSION`. */
export function parseWanted(text: string): Wanted {
  const equals = text.indexOf('=');
  return equals < 0
    ? { name: text, version: undefined }
    : { name: text.slice(0, equals), version: text.slice(equals + 1) };
}

/** `hello 1.0` or `3 packages`. */
export function describeAll(packages: readonly Identity[]): string {
  const [first] = packages;
  const names = new Set(packages.map(({ name, version }) => `${name} ${version}`));
  return first !== undefined && names.size === 1
    ? `${first.name} ${first.version}`
    : `${packages.length} packages`;
}

/** @throws PACKAGE_NOT_FOUND always */
export function notThere(
  repository: Repository,
  { wanted, filter }: { readonly wanted: Wanted; readonly filter: Filter },
): PakhusError {
  const place = [repository.name, filter.channel, filter.component]
    .filter((part) => part !== undefined)
    .join('/');
  const what = wanted.version === undefined ? wanted.name : `${wanted.name} ${wanted.version}`;
  return new PakhusError('PACKAGE_NOT_FOUND', `${place} has no package ${what}`, {
    hint: `\`pakhus list ${place}\` shows what is there.`,
    details: { ...wanted, place },
  });
}

/** The same for a package that was asked for twice. */
function listedId({ channel, component, slot, record }: ListedPackage): string {
  return [channel, component, slot, record.name, record.version, record.architecture].join('\n');
}

function checkOneVersion(
  matches: readonly ListedPackage[],
  {
    wanted,
    all,
    repository,
  }: { readonly wanted: Wanted; readonly all: boolean; readonly repository: string },
): void {
  const versions = [...new Set(matches.map(({ record }) => record.version))];
  if (all || wanted.version !== undefined || versions.length === 1) return;
  throw new PakhusError(
    'CLI_USAGE',
    `${repository} has several versions of ${wanted.name}: ${versions.join(', ')}`,
    {
      hint: `Name one, ${wanted.name}=${versions[0]}, or say --all.`,
      details: { name: wanted.name, versions },
    },
  );
}
