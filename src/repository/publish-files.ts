/** `pakhus publish`: from paths to published packages, in whatever repositories their formats belong to. */
import type { PartialPlace } from '../config/place.ts';
import { proposersOf } from '../config/proposers.ts';
import type { RepositoryConfig } from '../config/resolved-config.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { formatByName } from '../formats/table.ts';
import type { Terms } from './change/terms.ts';
import { createTerms } from './create-repository.ts';
import { formatWish, likelyFormat } from './format-wish.ts';
import { findPackages } from './ingest/find-packages.ts';
import { holdHeap } from './ingest/hold-heap.ts';
import { createIngestPool, type IngestPool, isSmallBatch } from './ingest/ingest-pool.ts';
import { inspectFiles, sortOut } from './ingest/inspect-files.ts';
import { inspectPlain } from './ingest/inspect-plain.ts';
import type { InspectedPackage, KnownPackages } from './ingest/inspected.ts';
import { createRepacking } from './ingest/repack.ts';
import { lintTogether } from './lint-together.ts';
import type { RefusedFile } from './plan-publish.ts';
import { type PublishResult, publishPackages } from './publish-packages.ts';
import { createTargets, type PlainTarget, plainTarget, type Target } from './publish-targets.ts';
import type { UseCaseOptions } from './repository.ts';
import { orStepBack } from './step-back.ts';
import type { Workspace } from './workspace.ts';

export interface PublishFilesInput {
  readonly paths: readonly string[];
  readonly cwd: string;
  /** Where to; undefined: the repository of the files' format. */
  readonly to: PartialPlace | undefined;
  readonly keepGoing: boolean;
  readonly dryRun: boolean;
  /** What becomes uninstallable is a warning. Default: it is refused. */
  readonly allowUninstallable?: boolean;
  /** Packages in a form that some clients refuse are published in another one. */
  readonly repack?: boolean;
  /** Whether a missing repository may be made; asked only when one is missing. */
  readonly mayCreate: (name: string) => Promise<boolean>;
}

/** What was published into one repository. */
export interface RepositoryPublish extends PublishResult {
  readonly repository: string;
  readonly url: string | undefined;
  /** Where the files are. */
  readonly tree: string;
  /** The place takes plain files, not packages. */
  readonly plain: boolean;
  /** The repository was made by this command. */
  readonly created: boolean;
}

export interface PublishFilesResult {
  readonly published: readonly RepositoryPublish[];
  readonly refused: readonly RefusedFile[];
}

/** @throws PUBLISH_NOTHING_FOUND, PACKAGE_*, ARCHIVE_*, CLI_USAGE, and as `publishPackages` */
export async function publishFiles(
  workspace: Workspace,
  input: PublishFilesInput,
  options: UseCaseOptions,
): Promise<PublishFilesResult> {
  holdHeap();
  const { store } = workspace.config;
  const targetOf = createTargets(workspace, input.to, options);
  const plain = await plainTarget(workspace, input.to, targetOf);
  const isPlain = plain !== undefined;
  const paths = await findPackages(input.paths, { cwd: input.cwd, store: store.value, plain: isPlain });
  const pool = createIngestPool();
  await using repacking = createRepacking(options.report);
  const repack = input.repack ? repacking.repack : undefined;
  try {
    if (plain !== undefined)
      return await publishPlain(workspace, { target: plain, paths, input, pool }, options);
    const wish = await formatWish(workspace, input.to, { targetOf, guess: likelyFormat(paths, {}) });
    const likely = likelyFormat(paths, wish);
    const isSpared = options.propose !== undefined || isSmallBatch(paths.length);
    const known = isSpared ? undefined : await knownIn(await targetOf(likely), options);
    const { good, refused } = await inspectFiles(pool, paths, { ...options, known, wish, repack });
    if (refused.length > 0 && !input.keepGoing) throw refusal(refused, paths.length, options);
    const published: RepositoryPublish[] = [];
    for (const [format, files] of Map.groupBy(good, (one) => one.format)) {
      const target = await targetOf(format);
      await lintTogether(target, files, options);
      const own = format === likely ? known : undefined;
      published.push(await publishFormat(workspace, { target, files, known: own, input, pool }, options));
    }
    return { published, refused: [...refused, ...published.flatMap((one) => one.refused)] };
  } finally {
    await pool.close();
  }
}

async function publishPlain(
  workspace: Workspace,
  work: {
    readonly target: PlainTarget;
    readonly paths: readonly string[];
    readonly input: PublishFilesInput;
    readonly pool: IngestPool;
  },
  options: UseCaseOptions,
): Promise<PublishFilesResult> {
  const { target, paths, input } = work;
  const { settings, place, plainFiles } = target;
  const kind = {
    format: settings.format,
    describe: (name: string) => plainFiles.describe(name, { settings, ...place }),
  };
  const outcomes = await inspectPlain(paths, { kind, signal: options.signal });
  const { good, refused } = sortOut(outcomes);
  if (refused.length > 0 && !input.keepGoing) throw refusal(refused, paths.length, options);
  const published = await publishFormat(workspace, { ...work, files: good, known: undefined }, options);
  return { published: [published], refused: [...refused, ...published.refused] };
}

/** What the place that the files go to holds already. */
async function knownIn(
  { repository, tail, settings, place }: Target,
  { signal }: UseCaseOptions,
): Promise<KnownPackages | undefined> {
  if (tail === undefined || !settings.channels.some(({ name }) => name === place.channel)) return undefined;
  const { readKnownPackages } = await import('./known-packages.ts');
  return readKnownPackages(repository, { tail, place }, signal === undefined ? {} : { signal });
}

async function publishFormat(
  workspace: Workspace,
  work: {
    readonly target: Target;
    readonly files: readonly InspectedPackage[];
    readonly known: KnownPackages | undefined;
    readonly input: PublishFilesInput;
    readonly pool: IngestPool;
  },
  options: UseCaseOptions,
): Promise<RepositoryPublish> {
  const { target, files, known, input } = work;
  const { config, tail, isReadable, place } = target;
  let { repository } = target;
  const mayCreate = tail === undefined && options.propose === undefined;
  const created = mayCreate && (await input.mayCreate(config.name));
  if (created && !input.dryRun) repository = await workspace.open(config, { makeLedgerKey: true });
  const { keepGoing, dryRun, allowUninstallable = false } = input;
  const to = { ...options, place, tail, known, keepGoing, dryRun, allowUninstallable, pool: work.pool };
  const proposers = proposersOf(workspace.config.proposers.value, config.name);
  const create = () => createTerms(repository, { settings: config.settings, proposers, dryRun });
  const result = created
    ? await orStepBack(repository, () => publishPackages(repository, files, { ...to, create }))
    : await publishPackages(repository, files, isReadable ? to : { ...to, create: asConfigured(config) });
  const plain = formatByName(target.settings.format).plainFiles?.takes(target.settings, place) === true;
  const { url, tree } = repository;
  return { ...result, repository: config.name, url, tree: tree.name, plain, created };
}

/** Whoever may only propose takes the configuration's word for it; whoever commits does not. */
function asConfigured({ settings }: RepositoryConfig): () => Promise<Terms> {
  return async () => ({ settings, signers: [], committers: [], proposers: [] });
}

function refusal(refused: readonly RefusedFile[], total: number, { report }: UseCaseOptions): PakhusError {
  const [first] = refused;
  if (first === undefined) throw new Error('no file was refused');
  const { error } = first;
  if (total === 1) return error;
  const details = {
    refused: refused.map(({ source, error: { code, message } }) => ({ source, code, message })),
  };
  const others = 'Or publish the others with --keep-going.';
  if (refused.length === 1) {
    return new PakhusError(error.code, `${error.message}; none of the ${total} files was published`, {
      hint: error.hint === undefined ? others : `${error.hint}\n${others}`,
      details: { ...error.details, ...details },
      cause: error,
    });
  }
  for (const { error: each } of refused)
    report({
      type: 'warning',
      code: each.code,
      message: each.message,
      ...(each.hint && { hint: each.hint }),
    });
  return new PakhusError(
    error.code,
    `${refused.length} of ${total} files were refused; nothing was published`,
    { hint: 'Correct or remove them, or publish the others with --keep-going.', details },
  );
}
