/** Where an import goes: the folder, the store that it is or lies in, and the repository that it becomes. */
import { basename, relative, resolve } from 'node:path';
import { findPathProblem, REPOSITORY_NAME } from '../config/names.ts';
import type { PartialPlace } from '../config/place.ts';
import type { RepositoryConfig, ResolvedConfig } from '../config/resolved-config.ts';
import { defaultRepository } from '../config/to-repository.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { FORMATS } from '../formats/table.ts';
import type { CliContext } from './context.ts';

export interface ImportPlace {
  /** With the store that the folder is, or lies in. */
  readonly config: ResolvedConfig;
  readonly repository: RepositoryConfig;
}

/** @throws CLI_USAGE when the folder is not in the store, or pakhus.yaml says otherwise */
export async function locateImport(
  context: CliContext,
  { folder, to }: { readonly folder: string; readonly to: PartialPlace | undefined },
): Promise<ImportPlace> {
  const given = await context.config();
  const root = resolve(context.cwd, folder);
  const inStore = pathBelow(given.store.value, root);
  const isFree = given.store.origin.source === 'default' && given.projectFile === undefined;
  if (inStore === undefined && !isFree) throw outside(root, given);
  const config = inStore === undefined ? { ...given, store: { ...given.store, value: root } } : given;
  const path = inStore ?? '';
  const name = to?.repository ?? basename(root).toLowerCase();
  if (to?.channel !== undefined || !REPOSITORY_NAME.pattern.test(name))
    throw usage(`'${name}' cannot be the name of a repository`, 'Give it one: --to NAME');
  const problem = path === '' ? undefined : findPathProblem(path);
  if (problem !== undefined)
    throw usage(`${root}: '${path}' ${problem}`, 'Name another folder, or make it the store: --store');
  const configured = config.repositories.value.find((one) => one.name === name);
  if (configured !== undefined) {
    if (configured.path !== path) throw elsewhere(configured, path);
    return { config, repository: configured };
  }
  if (config.projectFile !== undefined && path !== name) throw unknown(config.projectFile, { name, path });
  const format = FORMATS.find(({ adoption }) => adoption !== undefined)?.name ?? '';
  return { config, repository: { ...defaultRepository(format), name, path } };
}

/** The path from `store` to `folder`, empty for the store itself; undefined when it lies elsewhere. */
function pathBelow(store: string, folder: string): string | undefined {
  if (!store.startsWith('/')) return undefined;
  const path = relative(store, folder);
  return path === '..' || path.startsWith('../') ? undefined : path;
}

function outside(root: string, { store }: ResolvedConfig): PakhusError {
  return usage(
    `${root} does not lie in the store ${store.value}, and nothing is moved by an import`,
    `Make it the store: \`store: ${root}\` in pakhus.yaml, or --store ${root}`,
  );
}

function elsewhere({ name, path: configured }: RepositoryConfig, path: string): PakhusError {
  return usage(
    `pakhus.yaml says that '${name}' lies at '${configured || '.'}' of the store, not at '${path || '.'}'`,
    `Write \`path: ${path || '.'}\` there, or import under another name: --to NAME`,
  );
}

function unknown(
  file: string,
  { name, path }: { readonly name: string; readonly path: string },
): PakhusError {
  return usage(
    `${file} does not say where '${name}' lies, and later commands have to know`,
    ['Add there:', 'repositories:', `  ${name}:`, '    format: deb', `    path: ${path || '.'}`].join('\n'),
  );
}

function usage(message: string, hint: string): PakhusError {
  return new PakhusError('CLI_USAGE', message, { hint });
}
