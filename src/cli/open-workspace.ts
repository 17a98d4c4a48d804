/** From a command's context to the store that it works on. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { type PartialPlace, parsePlace } from '../config/place.ts';
import type { Report } from '../core/report-event.ts';
import type { Repository, UseCaseOptions } from '../repository/repository.ts';
import { openWorkspace, type Workspace, type WorkspaceInput } from '../repository/workspace.ts';
import type { CliContext } from './context.ts';

/** Opens the configured store. @throws STORE_NOT_FOUND unless `missing` says otherwise */
export async function workspaceOf(
  context: CliContext,
  { missing }: Pick<WorkspaceInput, 'missing'> = { missing: 'fail' },
): Promise<Workspace> {
  return openWorkspace({
    config: await context.config(),
    env: context.env,
    clock: context.clock,
    randomBytes,
    author: context.env['PAKHUS_AUTHOR'] || `${userName(context.env)}@${hostname()}`,
    signal: context.signal,
    missing,
  });
}

/** What use cases take from a command. */
export function useCase(context: CliContext): UseCaseOptions {
  const report: Report = (event) => context.reporter.report(event);
  return { report, signal: context.signal };
}

/** A place as it was typed, and its repository. @throws REPOSITORY_NOT_FOUND */
export interface OpenPlace {
  readonly workspace: Workspace;
  readonly repository: Repository;
  readonly place: PartialPlace;
}

/** @throws CLI_USAGE, REPOSITORY_NOT_FOUND, STORE_NOT_FOUND */
export async function openPlace(context: CliContext, text: string): Promise<OpenPlace> {
  const place = parsePlace(text);
  const workspace = await workspaceOf(context);
  const repository = await workspace.open(await workspace.configOf(place.repository));
  return { workspace, repository, place };
}

/** All repositories of the store, or the one that `text` names. @throws as {@link openPlace} */
export async function openAll(context: CliContext, text: string | undefined): Promise<readonly OpenPlace[]> {
  if (text !== undefined) return [await openPlace(context, text)];
  const workspace = await workspaceOf(context);
  const all: OpenPlace[] = [];
  for (const config of await workspace.repositories()) {
    const place: PartialPlace = { repository: config.name, channel: undefined, component: undefined };
    all.push({ workspace, repository: await workspace.open(config), place });
  }
  return all;
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
