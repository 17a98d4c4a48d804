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
import { requireCommitter } from '../../ledger/committers.ts';
import { type Action, type Place, withAllowance } from '../change/actions.ts';
import { catalogLookup } from '../change/catalog-lookup.ts';
import { type Changed, finishOthers, makeChange } from '../change/change.ts';
import { createChanges } from '../change/changes.ts';
import { termsOf } from '../change/content.ts';
import type { Terms } from '../change/terms.ts';
import { passGate } from '../gate/gate.ts';
import { holdYoungGeneration } from '../ingest/hold-heap.ts';
import { recordOf } from '../ingest/inspected.ts';
import type { ListedPackage } from '../list-packages.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { type Fetched, type FetchedPackage, fetchPackage, fetchPackages } from './fetch-packages.ts';
import { compareMirror, type MirrorDifference, type Wanted } from './find-wanted.ts';
import { lookOut, type MirrorInput, type MirrorPlan } from './plan-mirror.ts';
import { asBefore, checkFetched, checkRequired, type SyncResult, summarise } from './sync-result.ts';

export interface SyncInput extends MirrorInput {
  readonly dryRun: boolean;
  /** The terms of a repository that does not exist yet. */
  readonly create: () => Promise<Terms>;
}

/** @throws PACKAGE_NOT_FOUND for a required package that cannot be had, and as `planMirror`, `makeChange` */
export async function syncMirror(
  repository: Repository,
  input: SyncInput,
  options: UseCaseOptions,
): Promise<SyncResult> {
  holdYoungGeneration();
  const outlook = await lookOut(repository, input, options);
  const { tail } = outlook;
  const rev = tail?.revision.signed.record.rev;
  const last = input.dryRun ? undefined : await input.cache.lastSync();
  if (tail !== undefined && last?.state === outlook.stateAt(rev)) {
    await finishOthers(repository, { ...options, known: tail, channel: outlook.channel });
    return { ...asBefore(last), counts: input.fetcher.counts(), rev };
  }
  const plan = await outlook.plan();
  checkRequired(input, plan.wanted.missing);
  if (input.dryRun) return summarise(input, plan, { rev });
  if (tail !== undefined) requireCommitter(repository.ledger, tail.revision);
  const { done, fetched } = await fetchAll(repository, { input, plan }, options);
  const { fresh, gone } = done.difference;
  const isSame = fresh.length + gone.length === 0 && tail !== undefined;
  if (isSame) await finishOthers(repository, { ...options, known: tail, channel: plan.channel });
  const now = isSame
    ? rev
    : (await commitSync(repository, { input, plan, gone, packages: fetched.packages }, options)).rev;
  const result = summarise(input, { ...plan, ...done }, { rev: now, fetched, changed: !isSame });
  const { packages, sizeBytes, elsewhere } = result;
  const isWhole = fetched.failed.size + done.wanted.missing.length === 0;
  if (isWhole) await input.cache.noteSync({ state: plan.stateAt(now), packages, sizeBytes, elsewhere });
  await input.cache.prune();
  return result;
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
