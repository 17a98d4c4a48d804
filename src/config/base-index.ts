/** Indexes that a repository's clients have besides it: `base:` of a repository or of one of its channels. */
import { resolve } from 'node:path';
import type { RepositoryEntry } from './config-file.ts';
import type { BaseIndex } from './resolved-config.ts';

/** What is wrong with the path of a base index; undefined: nothing. */
export function findBaseProblem(path: string): string | undefined {
  if (path.trim() === '') return 'is empty';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path))
    return 'must be a file: fetch the index first, such as Packages.gz of a suite';
  return undefined;
}

/** The entries of a repository; `folder`: where relative paths start. */
export function readBaseIndexes(
  { base, channels = [] }: RepositoryEntry,
  folder: string,
): readonly BaseIndex[] {
  const absolute = (channel: string | undefined, paths: readonly string[] | undefined): BaseIndex[] =>
    (paths ?? []).map((path) => ({ channel, path: resolve(folder, path) }));
  const ofChannels = isNames(channels)
    ? []
    : Object.entries(channels).flatMap(([channel, options]) => absolute(channel, options?.base));
  return [...absolute(undefined, base), ...ofChannels];
}

function isNames(channels: NonNullable<RepositoryEntry['channels']>): channels is readonly string[] {
  return Array.isArray(channels);
}
