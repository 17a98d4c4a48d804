/** From the name of a mirror to all that its commands work with. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { MirrorConfig } from '../config/mirrors.ts';
import { proposersOf } from '../config/proposers.ts';
import type { RepositoryConfig, ResolvedConfig } from '../config/resolved-config.ts';
import { userCacheFolder } from '../config/user-folders.ts';
import { sha256Hex } from '../core/digest.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Terms } from '../repository/change/terms.ts';
import { createTerms } from '../repository/create-repository.ts';
import type { MirrorInput } from '../repository/mirror/plan-mirror.ts';
import { createUpstreamCache } from '../repository/mirror/upstream-cache.ts';
import { findTail } from '../repository/read-repository.ts';
import type { Repository } from '../repository/repository.ts';
import type { Workspace } from '../repository/workspace.ts';
import { type Credentials, firstOf } from '../upstream/credentials.ts';
import { createFetcher, readCredentials } from '../upstream/fetcher.ts';
import type { CliContext } from './context.ts';
import { workspaceOf } from './open-workspace.ts';

export interface OpenMirror {
  readonly mirror: MirrorConfig;
  readonly workspace: Workspace;
  readonly repository: Repository;
  /** Nothing was published into it yet. */
  readonly isNew: boolean;
  readonly input: MirrorInput;
  /** The terms of a repository that does not exist yet. */
  create(): Promise<Terms>;
}

/** The mirrors by their names; none: all. @throws CLI_USAGE */
export function findMirrors({ mirrors }: ResolvedConfig, names: readonly string[]): readonly MirrorConfig[] {
  const all = mirrors.value;
  const known = all.map(({ name }) => name).join(', ');
  if (all.length === 0)
    throw new PakhusError('CLI_USAGE', 'pakhus.yaml has no mirrors', {
      hint: 'Add one: pakhus mirror add NAME SOURCE --package NAME',
    });
  return names.length === 0
    ? all
    : names.map((name) => {
        const found = all.find((one) => one.name === name);
        if (found !== undefined) return found;
        throw new PakhusError('CLI_USAGE', `there is no mirror '${name}'`, { hint: `There are ${known}.` });
      });
}

/** @param writes Its repository may be made. @throws REPOSITORY_NOT_FOUND, CONFIG_INVALID, STORE_* */
export async function openMirror(
  context: CliContext,
  mirror: MirrorConfig,
  { writes }: { readonly writes: boolean },
): Promise<OpenMirror> {
  const workspace = await workspaceOf(context, { missing: writes ? 'make' : 'empty' });
  const { config } = workspace;
  const wanted = configured(mirror, config);
  let repository = await workspace.open(wanted);
  const isNew = writes && (await findTail(repository)) === undefined;
  if (isNew) repository = await workspace.open(wanted, { makeLedgerKey: true });
  const { env, clock } = context;
  const { connections, requestsPerSecond, bytesPerSecond } = mirror;
  const fetcher = createFetcher({
    limits: { connectionsPerHost: connections, requestsPerSecond, bytesPerSecond },
    credentials: firstOf([ownCredentials(mirror, env), await readCredentials(env)]),
    ...{ clock, env, random: Math.random },
  });
  const folder = userCacheFolder({ env, home: env['HOME'] || homedir() });
  const id = sha256Hex(Buffer.from(`${config.store.value}\n${mirror.name}`)).slice(0, 16);
  const cache = createUpstreamCache(join(folder, 'mirrors', `${mirror.name}-${id}`));
  const { settings } = wanted;
  const proposers = proposersOf(config.proposers.value, wanted.name);
  return {
    ...{ mirror, workspace, repository, isNew },
    input: { mirror, settings, fetcher, cache },
    create: () => createTerms(repository, { settings, proposers, dryRun: false }),
  };
}

function configured({ name, to }: MirrorConfig, { repositories }: ResolvedConfig): RepositoryConfig {
  const found = repositories.value.find((one) => one.name === to.repository);
  if (found !== undefined) return found;
  throw new PakhusError(
    'CONFIG_INVALID',
    `the mirror ${name} goes to the repository '${to.repository}', which pakhus.yaml does not have`,
    {
      hint: [
        'Add it there:',
        'repositories:',
        `  ${to.repository}: { format: deb, channels: [${to.channel ?? 'stable'}] }`,
      ].join('\n'),
    },
  );
}

/** What `authorization:` names is for the hosts of the sources alone. @throws CONFIG_INVALID */
function ownCredentials({ name, authorization, sources }: MirrorConfig, env: CliContext['env']): Credentials {
  if (authorization === undefined) return () => undefined;
  const value = env[authorization];
  if (!value) {
    throw new PakhusError(
      'CONFIG_INVALID',
      `the mirror ${name} needs the environment variable ${authorization}`,
      {
        hint: 'It holds the value of the header Authorization, such as: Bearer TOKEN',
      },
    );
  }
  const origins = new Set(sources.map(({ url }) => new URL(url).origin));
  return (url) => (origins.has(new URL(url).origin) ? value : undefined);
}
