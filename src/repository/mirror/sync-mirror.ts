/**
 * Bringing a mirror to what upstream has: one revision that holds the selection, or none when nothing changed.
 *
 * ```
 * sources ─readUpstream─▶ suites ─findWanted─▶ wanted packages ─compareMirror─▶ fresh, gone
 *                         signed, by digest     with all that they need             │ fetchPackages: resumed, verified, then in the pool
 *                                                   ▲── without what cannot be had ─┘
 *                                                              one change: what is gone out, what is fresh in ─makeChange─▶ revision
 * ```
 * Files go to their final names before anything names them, so a run that was killed goes on where it was.
 */
import { callOf } from '../../catalog/call-of.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { requireCommitter } from '../../ledger/committers.ts';
import type { FetchCounts } from '../../upstream/fetcher.ts';
import { type Action, type Place, withAllowance } from '../change/actions.ts';
import { catalogLookup } from '../change/catalog-lookup.ts';
import { type Changed, finishOthers, makeChange } from '../change/change.ts';
import { createChanges } from '../change/changes.ts';
import { termsOf } from '../change/content.ts';
import type { Terms } from '../change/terms.ts';
import { passGate } from '../gate/gate.ts';
import { recordOf } from '../ingest/inspected.ts';
import type { ListedPackage } from '../list-packages.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { type Fetched, type FetchedPackage, fetchPackage, fetchPackages } from './fetch-packages.ts';
import { compareMirror, type MirrorDifference, type Wanted, type WantedPackage } from './find-wanted.ts';
import { type MirrorInput, type MirrorPlan, planMirror } from './plan-mirror.ts';
import type { Missing } from './select-packages.ts';

export interface SyncInput extends MirrorInput {
  readonly dryRun: boolean;
  /** The terms of a repository that does not exist yet. */
  readonly create: () => Promise<Terms>;
}

export interface SyncResult {
  readonly added: readonly WantedPackage[];
  readonly removed: readonly ListedPackage[];
  readonly unchanged: number;
  /** Optional ones: what was required is an error. */
  readonly missing: readonly Missing[];
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

/** @throws PACKAGE_NOT_FOUND for a required package that cannot be had, and as `planMirror`, `makeChange` */
export async function syncMirror(
  repository: Repository,
  input: SyncInput,
  options: UseCaseOptions,
): Promise<SyncResult> {
  const plan = await planMirror(repository, input, options);
  const rev = plan.tail?.revision.signed.record.rev;
  checkRequired(input, plan.wanted.missing);
  if (input.dryRun) return summarise(input, plan, { rev });
  if (plan.tail !== undefined) requireCommitter(repository.ledger, plan.tail.revision);
  const { done, fetched } = await fetchAll(repository, { input, plan }, options);
  const { fresh, gone } = done.difference;
  await input.cache.prune();
  if (fresh.length + gone.length === 0 && plan.tail !== undefined) {
    await finishOthers(repository, { ...options, known: plan.tail, channel: plan.channel });
    return summarise(input, { ...plan, ...done }, { rev, fetched });
  }
  const changed = await commitSync(repository, { input, plan, gone, packages: fetched.packages }, options);
  return summarise(input, { ...plan, ...done }, { rev: changed.rev, fetched, changed: true });
}

/** Fetches what is fresh. What cannot be had is left out with all that needs it, where it is not required. */
async function fetchAll(
  repository: Repository,
  { input, plan }: { readonly input: SyncInput; readonly plan: MirrorPlan },
  options: UseCaseOptions,
): Promise<{ readonly done: Pick<MirrorPlan, 'wanted' | 'difference'>; readonly fetched: Fetched }> {
  const excluded = new Map<string, string>();
  const files = new Map<string, FetchedPackage>();
  let { wanted, difference }: { wanted: Wanted; difference: MirrorDifference } = plan;
  const sum = { downloaded: 0, downloadedBytes: 0, there: 0 };
  const failed = new Map<string, NonNullable<ReturnType<Fetched['failed']['get']>>>();
  for (;;) {
    const packages = difference.fresh.filter(({ listed }) => !files.has(listed.record.sha256));
    const fetched = await fetchPackages(repository, { ...input, ...plan, packages }, options);
    for (const one of fetched.packages) files.set(one.wanted.listed.record.sha256, one);
    sum.downloaded += fetched.downloaded;
    sum.downloadedBytes += fetched.downloadedBytes;
    sum.there += fetched.there;
    for (const [id, one] of fetched.failed) failed.set(id, one);
    if (fetched.failed.size === 0) break;
    checkFetched(input, fetched);
    for (const [id, { problem }] of fetched.failed) excluded.set(id, problem);
    wanted = plan.wantedWithout(excluded);
    checkRequired(input, wanted.missing);
    difference = await compareMirror(repository, wanted.packages, { ...plan, ...callOf(options) });
  }
  const packages = difference.fresh.flatMap((one) => {
    const file = files.get(one.listed.record.sha256);
    return file === undefined ? [] : [{ ...file, wanted: one }];
  });
  return { done: { wanted, difference }, fetched: { packages, failed, ...sum } };
}

async function commitSync(
  repository: Repository,
  work: {
    readonly input: SyncInput;
    readonly plan: MirrorPlan;
    readonly gone: readonly ListedPackage[];
    readonly packages: readonly FetchedPackage[];
  },
  options: UseCaseOptions,
): Promise<Changed> {
  const { input, plan, gone, packages } = work;
  const { tail } = plan;
  const terms = tail === undefined ? await input.create() : termsOf(tail.revision, tail.content);
  const { settings } = terms;
  const changes = createChanges(catalogLookup(repository.catalog, tail?.content.catalog));
  await changes.whole(async () => {
    for (const { record, ...place } of gone) await changes.remove(place, record);
    for (const { wanted, path, inspected } of packages)
      await changes.add({ ...wanted.place, slot: inspected.meta.slot }, recordOf(inspected, path));
    // Upstream decided what there is: what it makes uninstallable is told.
    await passGate(repository, { step: changes.step(), settings, allow: true }, options);
  });
  const change = {
    actions: withAllowance(
      [
        ...(tail === undefined ? [{ type: 'settings', create: true, ...terms } as const] : []),
        ...gone.map(removal),
        ...additions(packages),
      ],
      true,
    ),
    message: `mirror ${input.mirror.name}: ${packages.length} added, ${gone.length} removed`,
    own: ownFiles(repository, { input, plan, packages }, options),
    known: tail?.revision,
    passed: true,
  };
  return makeChange(repository, change, options);
}

function removal({ channel, component, record }: ListedPackage): Action {
  const { name, version, architecture } = record;
  return { type: 'remove', from: { channel, component }, package: { name, version, architecture } };
}

function additions(packages: readonly FetchedPackage[]): readonly Action[] {
  const byComponent = Map.groupBy(packages, ({ wanted }) => wanted.place.component);
  return [...byComponent.values()].flatMap((own) => {
    const to: Place | undefined = own[0]?.wanted.place;
    const files = own.map(({ path, inspected: { sizeBytes, sha256 } }) => ({ path, sizeBytes, sha256 }));
    return to === undefined ? [] : [{ type: 'add', to, files } as const];
  });
}

/** Files that a sweep took away before a revision named them are fetched again. */
function ownFiles(
  repository: Repository,
  {
    input,
    plan,
    packages,
  }: { readonly input: SyncInput; readonly plan: MirrorPlan; readonly packages: readonly FetchedPackage[] },
  options: UseCaseOptions,
) {
  const byPath = new Map(packages.map((one) => [one.path, one]));
  return {
    byPath: new Map(packages.map(({ path, inspected }) => [path, inspected])),
    since: plan.tail?.revision.signed.record.rev ?? 0,
    async restore(path: string): Promise<void> {
      const own = byPath.get(path);
      if (own !== undefined)
        await fetchPackage(repository, own.wanted, { ...input, ...plan, ...callOf(options) });
    },
  };
}

function summarise(
  { fetcher }: MirrorInput,
  { wanted, difference }: Pick<MirrorPlan, 'wanted' | 'difference'>,
  {
    rev,
    fetched,
    changed = false,
  }: { readonly rev: number | undefined; readonly fetched?: Fetched; readonly changed?: boolean },
): SyncResult {
  const { fresh, gone, unchanged } = difference;
  return {
    ...{ added: fresh, removed: gone, unchanged, missing: wanted.missing, rev, changed },
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
function checkRequired({ mirror }: MirrorInput, missing: readonly Missing[]): void {
  const required = missing.filter((one) => one.required);
  if (required.length === 0) return;
  const lines = required.map(({ wish, name, problem }) => `${name ?? wish.pattern}: ${problem}`);
  throw new PakhusError('PACKAGE_NOT_FOUND', `${mirror.name}: ${inLines('cannot be had', lines)}`, {
    hint: 'Correct the names, or move them to `optional:` in pakhus.yaml. Nothing was changed.',
    details: { missing: lines },
  });
}

/** @throws NETWORK_FAILED */
function checkFetched({ mirror }: MirrorInput, { failed }: Fetched): void {
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
