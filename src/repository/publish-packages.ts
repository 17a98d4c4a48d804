/**
 * Publishing package files into one place of a repository: the main job.
 *
 * ```
 * inspected files ─planPublish─▶ fresh, unchanged, refused ─store─▶ files in the tree ─makeChange─▶ a revision
 *                                nothing is written yet             nothing names them yet
 * ```
 */

import { mapEach } from '../core/map-each.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { requireCommitter } from '../ledger/committers.ts';
import { type Action, type Identity, type Place, type PublicFile, withAllowance } from './change/actions.ts';
import { type Changed, finishOthers, makeChange } from './change/change.ts';
import { type ReadRevision, termsOf } from './change/content.ts';
import type { OwnFiles } from './change/prepare.ts';
import type { Terms } from './change/terms.ts';
import type { IngestPool } from './ingest/ingest-pool.ts';
import type { InspectedPackage, KnownPackages } from './ingest/inspected.ts';
import { sizeAt, storePackage } from './ingest/store-package.ts';
import { singleSigner } from './keys/signers.ts';
import { type PlacedPackage, type PublishPlan, planPublish, type RefusedFile } from './plan-publish.ts';
import { findTail, viewTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

/** What happened to one file. */
export interface PublishedPackage extends Identity {
  readonly source: string;
  /** Below the repository's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /**
   * `unchanged`: the very same package was there already, or came twice in this call. `superseded`: not published, for the index has a newer
   * version of that name, and each name once.
   */
  readonly outcome: 'added' | 'proposed' | 'unchanged' | 'superseded';
}

export interface PublishResult {
  readonly place: Place;
  readonly packages: readonly PublishedPackage[];
  readonly refused: readonly RefusedFile[];
  /** Versions that `keep` dropped from the index. */
  readonly dropped: readonly Identity[];
  /** The revision that holds the packages; undefined on a dry run of a first publish, and when they are only proposed. */
  readonly rev: number | undefined;
  /** What `pakhus wait` takes, where they are only proposed. */
  readonly proposal: string | undefined;
  /** How long the rule of one publish a second made it wait. */
  readonly waitedMs: number;
}

export interface PublishOptions extends UseCaseOptions {
  readonly place: Place;
  /** The newest revision, where it was just read. */
  readonly tail?: ReadRevision | undefined;
  /** What the place holds, where all of it was read: in that revision. */
  readonly known?: KnownPackages | undefined;
  /** Refused files are left out and named; otherwise the first one ends it and nothing is published. */
  readonly keepGoing: boolean;
  readonly dryRun: boolean;
  /** What becomes uninstallable is a warning. */
  readonly allowUninstallable: boolean;
  /** Stores the files. */
  readonly pool: IngestPool;
  /** Gives the terms of a repository that does not exist yet, or cannot be read; absent: it may not be made. */
  readonly create?: () => Promise<Terms>;
}

/**
 * Publishes files that were inspected. What an earlier writer left unfinished is finished as well.
 * @throws REPOSITORY_NOT_FOUND, PLACE_NOT_FOUND, PACKAGE_CONFLICT, PACKAGE_CHANGED, PACKAGE_UNINSTALLABLE, INTENT_REJECTED, KEY_*,
 * LEDGER_*, STORE_*
 */
export async function publishPackages(
  repository: Repository,
  inspected: readonly InspectedPackage[],
  options: PublishOptions,
): Promise<PublishResult> {
  const { place, known, keepGoing, allowUninstallable } = options;
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const { propose } = options;
  const read = async (): Promise<ReadRevision | undefined> =>
    propose ? (await viewTail(repository, call)).tail : findTail(repository, call);
  const tail = options.tail ?? (await read());
  const terms = tail === undefined ? await options.create?.() : termsOf(tail.revision, tail.content);
  if (terms === undefined) throw notMade(repository);
  const plan = await planPublish(repository, inspected, {
    at: { tail, terms, place, known, keepGoing, allowUninstallable },
    options,
  });
  const result = (
    stored: readonly PlacedPackage[],
    { rev, waitedMs, proposal }: Pick<Changed, 'rev' | 'waitedMs' | 'proposal'>,
  ): PublishResult => ({
    place,
    packages: [
      ...stored.map((one) => published(one, propose === undefined ? 'added' : 'proposed')),
      ...plan.unchanged.map((one) => published(one, 'unchanged')),
      ...plan.superseded.map((one) => published(one, 'superseded')),
      ...repeats(plan.repeated, [...stored, ...plan.unchanged]),
    ],
    refused: plan.refused,
    dropped: plan.dropped,
    rev,
    waitedMs,
    proposal,
  });
  const rev = tail?.revision.signed.record.rev;
  const unmade = { rev, waitedMs: 0, proposal: undefined };
  const message = `publish ${describe(plan.fresh)} to ${place.channel}/${place.component}`;
  if (options.dryRun) return result(plan.fresh, unmade);
  if (propose !== undefined) {
    if (plan.fresh.length === 0) return result([], unmade);
    // Loaded late: most packages are published.
    const { proposePackages } = await import('./proposals/propose-packages.ts');
    const packages = plan.fresh.map(({ inspected: one }) => one);
    return result(
      plan.fresh,
      await proposePackages(repository, packages, { ...options, tail, propose, message }),
    );
  }
  // Known before anything is written.
  if (tail === undefined || plan.fresh.length > 0) requireCommitter(repository.ledger, tail?.revision);
  const stored = await store(repository, plan, options);
  const { packageSignatures: rules } = plan.format;
  const signer = singleSigner(terms.signers);
  if (rules !== undefined && signer !== undefined) {
    // Loaded late: apt and opkg check no signatures of packages.
    const { takePackagerSignatures } = await import('./ingest/packager-signatures.ts');
    await takePackagerSignatures(repository, stored, { rules, signer }, options);
  }
  const actions: Action[] = [
    ...(tail === undefined ? [{ type: 'settings', create: true, ...terms } as const] : []),
    ...(stored.length === 0 ? [] : [{ type: 'add', to: place, files: mapEach(stored, publicFile) } as const]),
  ];
  if (actions.length === 0) {
    await finishOthers(repository, { ...options, known: tail, channel: place.channel });
    return result([], unmade);
  }
  const own = ownFiles(repository, { stored, since: rev ?? 0 }, options);
  const change = {
    actions: withAllowance(actions, allowUninstallable),
    message,
    own,
    known: tail?.revision,
    passed: true,
  };
  const changed = await makeChange(repository, change, options);
  return result(stored, changed);
}

/** Unchanged files that a bucket is asked for, one by one. */
const LOOKED_AT = 4;

/**
 * Puts fresh files into the tree, and unchanged ones back whose bytes the store has lost. Gives the fresh ones with the paths that
 * they got.
 */
async function store(
  repository: Repository,
  plan: PublishPlan,
  options: PublishOptions,
): Promise<readonly PlacedPackage[]> {
  const all = [
    ...plan.fresh.map((one) => ({ ...one, named: false })),
    ...(await doubtful(repository, plan.unchanged, options)).map((one) => ({ ...one, named: true })),
  ];
  if (all.length === 0) return [];
  const task = 'Storing packages';
  const { place } = options;
  const { report, signal, pool } = options;
  report({ type: 'progress', task, done: 0, total: all.length });
  const outcomes = await pool.store(all, {
    tree: repository.tree,
    location: repository.location,
    toTask: ({ inspected: { source, sizeBytes, sha256, meta }, path, named }) => {
      const apartPath = plan.format.packagePath(meta, {
        settings: plan.settings,
        ...place,
        sha256,
        apart: true,
      });
      return { source, sizeBytes, sha256, path, apartPath, named };
    },
    ...(signal && { signal }),
    onProgress: (done) => report({ type: 'progress', task, done, total: all.length }),
  });
  const paths = outcomes.map((outcome) => {
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  });
  // Idle workers hold memory that the commit can use.
  await pool.close();
  return plan.fresh.map(({ inspected, path }, index) => ({ inspected, path: paths[index] ?? path }));
}

/**
 * Unchanged files that may be lost. In a directory each of them is read. A bucket loses nothing, and every look at it takes a while:
 * a few are asked for, and many are not, for whoever publishes a whole folder again.
 */
async function doubtful(
  { tree }: Repository,
  unchanged: PublishPlan['unchanged'],
  { signal }: UseCaseOptions,
): Promise<PublishPlan['unchanged']> {
  if (!tree.capabilities.metadata) return unchanged;
  if (unchanged.length > LOOKED_AT) return [];
  const call = signal === undefined ? {} : { signal };
  const lost = await Promise.all(
    unchanged.map(async ({ path, inspected }) => (await sizeAt(tree, path, call)) !== inspected.sizeBytes),
  );
  return unchanged.filter((_, index) => lost[index]);
}

/** Stored files by path; each is put back when it was collected before a revision named it. */
function ownFiles(
  { tree }: Repository,
  { stored, since }: { readonly stored: readonly PlacedPackage[]; readonly since: number },
  { signal }: UseCaseOptions,
): OwnFiles {
  const byPath = new Map(stored.map((one) => [one.path, one.inspected]));
  return {
    byPath,
    since,
    async restore(path) {
      const own = byPath.get(path);
      if (own === undefined) return;
      const { source, sizeBytes, sha256 } = own;
      const task = { source, sizeBytes, sha256, path, apartPath: path, named: true };
      await storePackage(tree, task, signal === undefined ? {} : { signal });
    },
  };
}

function publicFile({ path, inspected: { sizeBytes, sha256 } }: PlacedPackage): PublicFile {
  return { path, sizeBytes, sha256 };
}

function published(
  { inspected, path }: PlacedPackage,
  outcome: PublishedPackage['outcome'],
): PublishedPackage {
  const { source, meta, sizeBytes, sha256 } = inspected;
  const { name, version, architecture } = meta;
  return { source, name, version, architecture, path, sizeBytes, sha256, outcome };
}

function repeats(
  repeated: readonly InspectedPackage[],
  placed: readonly PlacedPackage[],
): readonly PublishedPackage[] {
  if (repeated.length === 0) return [];
  const pathOf = new Map(placed.map(({ inspected: { sha256 }, path }) => [sha256, path]));
  return repeated.map((inspected) =>
    published({ inspected, path: pathOf.get(inspected.sha256) ?? '' }, 'unchanged'),
  );
}

function describe(stored: readonly PlacedPackage[]): string {
  const [first] = stored;
  if (first === undefined) return 'nothing';
  const { name, version } = first.inspected.meta;
  return stored.length === 1 ? `${name} ${version}` : `${stored.length} packages`;
}

function notMade(repository: Repository): PakhusError {
  return new PakhusError(
    'REPOSITORY_NOT_FOUND',
    `${repository.name}: there is no repository at ${repository.tree.name} yet`,
    {
      hint: 'Run the command again with --init to make it, or check --store and pakhus.yaml.',
      details: { repository: repository.name },
    },
  );
}
