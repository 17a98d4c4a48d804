/** Where files that are published go: each format has its repository. */
import { fillPlace, type PartialPlace } from '../config/place.ts';
import type { RepositoryConfig } from '../config/resolved-config.ts';
import { defaultRepository } from '../config/to-repository.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { RepositorySettings } from '../formats/format.ts';
import type { PlainFiles } from '../formats/plain-files.ts';
import { formatByName } from '../formats/table.ts';
import type { Place } from './change/actions.ts';
import type { ReadRevision } from './change/content.ts';
import { findTail, viewTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';
import type { Workspace } from './workspace.ts';

/** Where files of one format go. */
export interface Target {
  readonly config: RepositoryConfig;
  readonly repository: Repository;
  readonly tail: ReadRevision | undefined;
  /** False: whoever only proposes may not read it. */
  readonly isReadable: boolean;
  /** What it is, or will be. */
  readonly settings: RepositorySettings;
  readonly place: Place;
}

/** Opens and reads each repository once. */
export function createTargets(
  workspace: Workspace,
  to: PartialPlace | undefined,
  { propose, signal }: UseCaseOptions,
): (format: string) => Promise<Target> {
  const call = signal === undefined ? {} : { signal };
  const open = async (format: string): Promise<Target> => {
    const config = await repositoryFor(workspace, { format, to });
    const repository = await workspace.open(config);
    const view = propose
      ? await viewTail(repository, call)
      : { tail: await findTail(repository, call), isReadable: true };
    const settings = view.tail?.content.catalog.settings ?? config.settings;
    const { channel, component } = fillPlace(
      { channel: undefined, component: undefined, ...to, repository: config.name },
      settings,
    );
    return { config, repository, ...view, settings, place: { channel, component } };
  };
  const known = new Map<string, Promise<Target>>();
  return (format) => {
    const target = known.get(format) ?? open(format);
    known.set(format, target);
    return target;
  };
}

/** A place that takes plain files. */
export interface PlainTarget extends Target {
  readonly plainFiles: PlainFiles;
}

/** The target whose place takes plain files; undefined: packages are meant. Only what is configured is looked at. */
export async function plainTarget(
  { config }: Workspace,
  to: PartialPlace | undefined,
  targetOf: (format: string) => Promise<Target>,
): Promise<PlainTarget | undefined> {
  const configured = config.repositories.value.find(({ name }) => name === to?.repository);
  if (configured === undefined) return undefined;
  const { name, plainFiles } = formatByName(configured.settings.format);
  if (plainFiles === undefined) return undefined;
  const target = await targetOf(name);
  return plainFiles.takes(target.settings, target.place) ? { ...target, plainFiles } : undefined;
}

/** What is configured says most of it: the store is asked only when it may hold another repository of the same format. */
async function repositoryFor(
  workspace: Workspace,
  { format, to }: { readonly format: string; readonly to: PartialPlace | undefined },
): Promise<RepositoryConfig> {
  const { pages, repositories } = workspace.config;
  const configured = repositories.value;
  if (to !== undefined) {
    const named = configured.find(({ name }) => name === to.repository);
    if (named !== undefined) return named;
    const defaults = defaultRepository(format, pages.value);
    return withPlace({ ...defaults, name: to.repository, path: to.repository }, to);
  }
  const isOf = ({ settings }: RepositoryConfig): boolean => settings.format === format;
  const isSure = !configured.some(isOf) || configured.some(({ name }) => name === format);
  const fitting = (isSure ? configured : await workspace.repositories()).filter(isOf);
  const [first] = fitting;
  if (first === undefined) return defaultRepository(format, pages.value);
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
