/** From a command's context to the store that it works on. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { type PartialPlace, parsePlace } from '../config/place.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { Report } from '../core/report-event.ts';
import { isBucket } from '../repository/buckets/places.ts';
import type { Proposing, Repository, UseCaseOptions } from '../repository/repository.ts';
import { openWorkspace, type Workspace, type WorkspaceInput } from '../repository/workspace.ts';
import type { CliContext } from './context.ts';

/** Opens the configured store. @throws STORE_NOT_FOUND unless `missing` says otherwise */
export async function workspaceOf(
  context: CliContext,
  {
    missing = 'fail',
    proposer,
    config: instead,
  }: Partial<Pick<WorkspaceInput, 'missing' | 'proposer' | 'config'>> = {},
): Promise<Workspace> {
  const config = instead ?? (await context.config());
  return openWorkspace({
    config,
    env: context.env,
    clock: context.clock,
    randomBytes,
    machine: { host: hostname(), writesAlone: context.flags.singleWriter },
    author: context.env['PAKHUS_AUTHOR'] || `${userName(context.env)}@${hostname()}`,
    signal: context.signal,
    proposer,
    readBack: await readBack(context, config),
    missing,
  });
}

/** Undefined where there is nothing to be fetched without credentials. */
async function readBack(
  { env }: CliContext,
  { url, store, state }: ResolvedConfig,
): Promise<WorkspaceInput['readBack']> {
  const isReachable = url.value !== undefined || isBucket(state.value ?? store.value);
  if (!isReachable || env['PAKHUS_NO_READ_BACK']) return undefined;
  const { createUrlReader } = await import('../upstream/url-reader.ts');
  return createUrlReader();
}

/** What use cases take from a command. */
export function useCase(context: CliContext, propose?: Proposing): UseCaseOptions {
  const report: Report = (event) => context.reporter.report(event);
  return { report, signal: context.signal, propose };
}

/** A place as it was typed, and its repository. @throws REPOSITORY_NOT_FOUND */
export interface OpenPlace {
  readonly workspace: Workspace;
  readonly repository: Repository;
  readonly place: PartialPlace;
}

/** @throws CLI_USAGE, REPOSITORY_NOT_FOUND, STORE_NOT_FOUND */
export async function openPlace(context: CliContext, text: string, propose?: Proposing): Promise<OpenPlace> {
  const place = parsePlace(text);
  const workspace = await workspaceOf(context, { proposer: propose?.as });
  const repository = await workspace.open(await workspace.configOf(place.repository));
  return { workspace, repository, place };
}

/** A repository by its name alone. @throws as {@link openPlace} */
export async function openRepository(
  context: CliContext,
  text: string,
  propose?: Proposing,
): Promise<OpenPlace> {
  const [name = ''] = text.split('/');
  if (name === text) return openPlace(context, text, propose);
  throw new PakhusError('CLI_USAGE', `'${text}' is a place; this command takes a whole repository`, {
    hint: `Name the repository alone: ${name}`,
  });
}

/** The named repositories, or all of the store. @throws as {@link openRepository} */
export async function repositoriesOf(
  context: CliContext,
  { names, proposer }: { readonly names: readonly string[]; readonly proposer?: string | undefined },
): Promise<readonly Repository[]> {
  return repositoriesIn(await workspaceOf(context, { proposer }), names);
}

/** The same of a workspace that is open. @throws REPOSITORY_NOT_FOUND */
export async function repositoriesIn(
  workspace: Workspace,
  names: readonly string[],
): Promise<readonly Repository[]> {
  const configs =
    names.length === 0
      ? await workspace.repositories()
      : await Promise.all(names.map((name) => workspace.configOf(name)));
  return Promise.all(configs.map((config) => workspace.open(config)));
}

/**
 * Gives what `work` gives for the place that `text` names, or for every repository of the store. Of these, one that has no
 * revision yet is left out.
 * @throws as {@link openPlace}
 */
export async function forEachPlace<T>(
  context: CliContext,
  text: string | undefined,
  work: (open: OpenPlace) => Promise<T>,
  propose?: Proposing,
): Promise<readonly T[]> {
  if (text !== undefined) return [await work(await openPlace(context, text, propose))];
  const workspace = await workspaceOf(context, { proposer: propose?.as });
  const done: T[] = [];
  for (const config of await workspace.repositories()) {
    const place: PartialPlace = { repository: config.name, channel: undefined, component: undefined };
    try {
      done.push(await work({ workspace, repository: await workspace.open(config), place }));
    } catch (error) {
      if (!hasCode(error, 'REPOSITORY_NOT_FOUND')) throw error;
    }
  }
  return done;
}

/** The same for the repository that `name` names, or for all. @throws as {@link openRepository} */
export async function forEachRepository<T>(
  context: CliContext,
  name: string | undefined,
  work: (open: OpenPlace) => Promise<T>,
  propose?: Proposing,
): Promise<readonly T[]> {
  return name === undefined
    ? forEachPlace(context, undefined, work, propose)
    : [await work(await openRepository(context, name, propose))];
}

function userName(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch (error) {
    // A user id without a name, as in many containers.
    if (error instanceof Error && 'code' in error) return env['USER'] || 'unknown';
    throw error;
  }
}
