/** `pakhus publish`: from paths to published packages, in whatever repositories their formats belong to. */
import { fillPlace, type PartialPlace } from '../config/place.ts';
import { proposersOf } from '../config/proposers.ts';
import type { RepositoryConfig } from '../config/resolved-config.ts';
import { defaultRepository } from '../config/to-repository.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Terms } from './change/terms.ts';
import { createTerms } from './create-repository.ts';
import { findPackages } from './ingest/find-packages.ts';
import { holdYoungGeneration } from './ingest/hold-young-generation.ts';
import { createIngestPool, type IngestPool, isSmallBatch } from './ingest/ingest-pool.ts';
import { inspectFiles } from './ingest/inspect-files.ts';
import type { InspectedPackage, KnownPackages } from './ingest/inspected.ts';
import type { RefusedFile } from './plan-publish.ts';
import { type PublishResult, publishPackages } from './publish-packages.ts';
import { findTail, viewTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';
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
  /** Whether a missing repository may be made; asked only when one is missing. */
  readonly mayCreate: (name: string) => Promise<boolean>;
}

/** What was published into one repository. */
export interface RepositoryPublish extends PublishResult {
  readonly repository: string;
  readonly url: string | undefined;
  /** Where the files are. */
  readonly tree: string;
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
  holdYoungGeneration();
  const { store } = workspace.config;
  const paths = await findPackages(input.paths, { cwd: input.cwd, store: store.value });
  const pool = createIngestPool();
  try {
    const isSpared = options.propose !== undefined || isSmallBatch(paths.length);
    const known = isSpared ? undefined : await knownTo(workspace, input, options);
    const { good, refused } = await inspectFiles(pool, paths, { ...options, known });
    if (refused.length > 0 && !input.keepGoing) throw refusal(refused, paths.length, options);
    const published: RepositoryPublish[] = [];
    for (const [format, files] of Map.groupBy(good, (one) => one.format)) {
      published.push(await publishFormat(workspace, { format, files, input, pool }, options));
    }
    return { published, refused: [...refused, ...published.flatMap((one) => one.refused)] };
  } finally {
    await pool.close();
  }
}

/** What the repositories that the files can go to hold already. */
async function knownTo(
  workspace: Workspace,
  { to }: PublishFilesInput,
  { signal }: UseCaseOptions,
): Promise<KnownPackages> {
  const configs = (await workspace.repositories()).filter(({ name }) => (to?.repository ?? name) === name);
  const repositories: Repository[] = [];
  for (const config of configs) repositories.push(await workspace.open(config));
  const { readKnownPackages } = await import('./known-packages.ts');
  return readKnownPackages(repositories, signal === undefined ? {} : { signal });
}

async function publishFormat(
  workspace: Workspace,
  work: {
    readonly format: string;
    readonly files: readonly InspectedPackage[];
    readonly input: PublishFilesInput;
    readonly pool: IngestPool;
  },
  options: UseCaseOptions,
): Promise<RepositoryPublish> {
  const { files, input } = work;
  const config = await repositoryFor(workspace, { format: work.format, to: input.to });
  let repository = await workspace.open(config);
  const { tail, isReadable } = options.propose
    ? await viewTail(repository)
    : { tail: await findTail(repository), isReadable: true };
  const mayCreate = tail === undefined && options.propose === undefined;
  const created = mayCreate && (await input.mayCreate(config.name));
  if (created && !input.dryRun) repository = await workspace.open(config, { makeLedgerKey: true });
  const settings = tail?.content.catalog.settings ?? config.settings;
  const { channel, component } = fillPlace(
    { channel: undefined, component: undefined, ...input.to, repository: config.name },
    settings,
  );
  const { keepGoing, dryRun, allowUninstallable = false } = input;
  const place = { channel, component };
  const to = { ...options, place, tail, keepGoing, dryRun, allowUninstallable, pool: work.pool };
  const proposers = proposersOf(workspace.config.proposers.value, config.name);
  const create = () => createTerms(repository, { settings: config.settings, proposers, dryRun });
  const result = created
    ? await orStepBack(repository, () => publishPackages(repository, files, { ...to, create }))
    : await publishPackages(repository, files, isReadable ? to : { ...to, create: asConfigured(config) });
  return { ...result, repository: config.name, url: repository.url, tree: repository.tree.name, created };
}

/** Whoever may only propose takes the configuration's word for it; whoever commits does not. */
function asConfigured({ settings }: RepositoryConfig): () => Promise<Terms> {
  return async () => ({ settings, signers: [], committers: [], proposers: [] });
}

async function repositoryFor(
  workspace: Workspace,
  { format, to }: { readonly format: string; readonly to: PartialPlace | undefined },
): Promise<RepositoryConfig> {
  const all = await workspace.repositories();
  if (to !== undefined) {
    const named = all.find(({ name }) => name === to.repository);
    if (named !== undefined) return named;
    const defaults = defaultRepository(format);
    return withPlace({ ...defaults, name: to.repository, path: to.repository }, to);
  }
  const fitting = all.filter(({ settings }) => settings.format === format);
  const [first] = fitting;
  if (first === undefined) return defaultRepository(format);
  if (fitting.length === 1) return first;
  throw new PakhusError(
    'CLI_USAGE',
    `several repositories take ${format} packages: ${fitting.map(({ name }) => name).join(', ')}`,
    {
      hint: `Say which: --to ${first.name}`,
    },
  );
}

/** A repository that is to be made with the channel and component that were asked for. */
function withPlace(config: RepositoryConfig, { channel, component }: PartialPlace): RepositoryConfig {
  const { settings } = config;
  return {
    ...config,
    settings: {
      ...settings,
      channels: channel === undefined ? settings.channels : [{ name: channel, options: {} }],
      components: component === undefined ? settings.components : [component],
    },
  };
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
