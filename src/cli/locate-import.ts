/** Where an import comes from and goes to: the folder or URL, the store, and the repository that it becomes. */
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
  /** Where it is fetched from, without a final slash; undefined: it lies in the store. */
  readonly url: string | undefined;
}

interface Wanted {
  /** As it was typed. */
  readonly source: string;
  readonly to: PartialPlace | undefined;
}

/** @throws CLI_USAGE when the folder is not in the store, or pakhus.yaml says otherwise */
export async function locateImport(context: CliContext, { source, to }: Wanted): Promise<ImportPlace> {
  const given = await context.config();
  if (to?.channel !== undefined)
    throw usage('an import is a whole repository', `Name it alone: --to ${to.repository}`);
  if (/^https?:/i.test(source)) return elsewhere(given, { source, to });
  const root = isBucket(source) ? trimSlashes(source) : resolve(context.cwd, source);
  const inStore = pathBelow(given.store.value, root);
  const isFree = given.store.origin.source === 'default' && given.projectFile === undefined;
  if (inStore === undefined && !isFree) throw outside(root, given);
  const config = inStore === undefined ? { ...given, store: { ...given.store, value: root } } : given;
  const path = inStore ?? '';
  const name = checkName(to?.repository ?? basename(withoutQuery(root)).toLowerCase());
  const problem = path === '' ? undefined : findPathProblem(path);
  if (problem !== undefined)
    throw usage(`${root}: '${path}' ${problem}`, 'Name another folder, or make it the store: --store');
  const configured = config.repositories.value.find((one) => one.name === name);
  if (configured !== undefined && configured.path !== path) throw otherPath(configured, path);
  if (configured === undefined && config.projectFile !== undefined && path !== name)
    throw unknownPath(config.projectFile, { name, path });
  return { config, repository: configured ?? newRepository(name, path), url: undefined };
}

function elsewhere(config: ResolvedConfig, { source, to }: Wanted): ImportPlace {
  if (!URL.canParse(source) || /[?#]|\/\/[^/]*@/.test(source))
    throw usage(
      `'${source}' is no URL of a folder`,
      'Give that of the folder that holds dists/, without ? and #.',
    );
  if (to === undefined) throw usage('the repository that it becomes has no name', 'Give it one: --to NAME');
  const name = checkName(to.repository);
  const configured = config.repositories.value.find((one) => one.name === name);
  return { config, repository: configured ?? newRepository(name, name), url: trimSlashes(source) };
}

function newRepository(name: string, path: string): RepositoryConfig {
  const format = FORMATS.find(({ adoption }) => adoption !== undefined)?.name ?? '';
  return { ...defaultRepository(format), name, path };
}

function checkName(name: string): string {
  if (REPOSITORY_NAME.pattern.test(name)) return name;
  throw usage(`'${name}' cannot be the name of a repository`, 'Give it one: --to NAME');
}

function isBucket(location: string): boolean {
  return /^s3:\/\//i.test(location);
}

function trimSlashes(text: string): string {
  return text.replace(/\/+$/, '');
}

function withoutQuery(location: string): string {
  return trimSlashes(location.replace(/\?.*$/, ''));
}

/** The path from `store` to `folder`, empty for the store itself; undefined when it lies elsewhere. */
function pathBelow(store: string, folder: string): string | undefined {
  if (isBucket(store) || isBucket(folder)) {
    const [outer, inner] = [`${withoutQuery(store)}/`, `${withoutQuery(folder)}/`];
    return inner.startsWith(outer) ? inner.slice(outer.length, -1) : undefined;
  }
  const path = relative(store, folder);
  return path === '..' || path.startsWith('../') ? undefined : path;
}

function outside(root: string, { store }: ResolvedConfig): PakhusError {
  return usage(
    `${root} does not lie in the store ${store.value}, and nothing is moved by an import`,
    `Make it the store: \`store: ${root}\` in pakhus.yaml, or --store ${root}`,
  );
}

function otherPath({ name, path: configured }: RepositoryConfig, path: string): PakhusError {
  return usage(
    `pakhus.yaml says that '${name}' lies at '${configured || '.'}' of the store, not at '${path || '.'}'`,
    `Write \`path: ${path || '.'}\` there, or import under another name: --to NAME`,
  );
}

function unknownPath(
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
