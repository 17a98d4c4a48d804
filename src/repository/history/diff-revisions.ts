/** What changed between two revisions. */
import type { Catalog } from '../../catalog/catalog.ts';
import { diffCatalogs, type PlacedChange } from '../../catalog/diff.ts';
import { createLeafStore } from '../../catalog/leaf-store.ts';
import { fillPlace } from '../../config/place.ts';
import type { RepositorySettings } from '../../formats/format.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Filter } from '../change/actions.ts';
import { compareTerms, compareValues, type SettingChange } from '../change/compare-terms.ts';
import { type ReadRevision, termsOf } from '../change/content.ts';
import { openTail } from '../read-repository.ts';
import type { Repository } from '../repository.ts';
import { openPast, revisionNumber } from './past-revisions.ts';
import { describePin } from './pins.ts';

/** A package that came, went or changed its bytes. */
export interface PackageDifference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly channel: string;
  readonly component: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

export interface Difference {
  readonly packages: readonly PackageDifference[];
  /** Settings, signers, committers, pins. Empty where only a place is compared. */
  readonly settings: readonly SettingChange[];
}

export interface RevisionDiff extends Difference {
  /** 0 stands for nothing at all, before the first revision. */
  readonly from: number;
  readonly to: number;
}

export interface DiffInput extends CallOptions {
  /** A number or the name of a pin, `0` for nothing at all. Undefined: the one before `to`. */
  readonly from?: string | undefined;
  /** A number or the name of a pin. Undefined: the newest. */
  readonly to?: string | undefined;
  readonly where?: Filter;
}

/** Unchanged leaves are not read. @throws REPOSITORY_NOT_FOUND, PLACE_NOT_FOUND, REVISION_NOT_FOUND, REVISION_COLLECTED, LEDGER_* */
export async function diffRevisions(
  repository: Repository,
  { from: older, to: newer, where = {}, ...call }: DiffInput,
): Promise<RevisionDiff> {
  const tail = await openTail(repository, call);
  const to = newer === undefined ? tail.revision.signed.record.rev : revisionNumber(repository, tail, newer);
  const from = older === undefined ? to - 1 : revisionNumber(repository, tail, older);
  const after = await openPast(repository, tail, { rev: to, ...call });
  const before = from === 0 ? undefined : await openPast(repository, tail, { rev: from, ...call });
  return { from, to, ...(await compareRevisions(repository, { before, after, where, ...call })) };
}

/** A place has to be in one of the two. @throws PLACE_NOT_FOUND */
function checkWhere(
  { name }: Repository,
  {
    where,
    among: [after, before],
  }: { readonly where: Filter; readonly among: readonly [ReadRevision, ReadRevision | undefined] },
): void {
  const isIn = ({ channels, components }: RepositorySettings): boolean =>
    (where.channel === undefined || channels.some((one) => one.name === where.channel)) &&
    (where.component === undefined || components.includes(where.component));
  if (before !== undefined && isIn(before.content.catalog.settings)) return;
  const { channel, component } = where;
  fillPlace({ repository: name, channel, component }, after.content.catalog.settings);
}

/** `before`: undefined for nothing at all. @throws PLACE_NOT_FOUND, LEDGER_CORRUPT */
export async function compareRevisions(
  repository: Repository,
  input: CallOptions & {
    readonly before: ReadRevision | undefined;
    readonly after: ReadRevision;
    readonly where: Filter;
  },
): Promise<Difference> {
  const { before, after, where, ...call } = input;
  checkWhere(repository, { where, among: [after, before] });
  const catalogs = { from: before?.content.catalog, to: after.content.catalog };
  const packages = await comparePackages(repository, { ...catalogs, where, ...call });
  const isWhole = where.channel === undefined && where.component === undefined;
  return { packages, settings: isWhole ? compareSettings(before, after) : [] };
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

function packageDifference(change: PlacedChange): PackageDifference {
  const { channel, component } = change.run;
  const { name, version, architecture } = change.kind === 'removed' ? change.before : change.after;
  return { kind: change.kind, channel, component, name, version, architecture };
}

function compareSettings(before: ReadRevision | undefined, after: ReadRevision): readonly SettingChange[] {
  const terms = ({ revision, content }: ReadRevision) => termsOf(revision, content);
  return [
    ...compareTerms(before && terms(before), terms(after)),
    ...compareValues(before === undefined ? {} : pinsOf(before), pinsOf(after)),
  ];
}

function pinsOf({ content: { pins } }: ReadRevision): Readonly<Record<string, unknown>> {
  return pins.length === 0 ? {} : { pins: pins.map(describePin) };
}
