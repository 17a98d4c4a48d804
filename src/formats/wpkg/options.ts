/** What can be set for a repository, and for a channel of it where it then wins. */
import type { ChannelSettings, FormatOption, RepositorySettings } from '../format.ts';

/** The options, by name. */
export const WPKG_OPTIONS: Readonly<Record<string, FormatOption>> = {
  folder: {
    type: 'text',
    mayBeEmpty: true,
    about:
      'Folder of packages below the index; {arch} is their architecture. Default: {arch}. Empty: beside the index.',
  },
  allVersions: {
    type: 'flag',
    about:
      'Indexes list all versions of a name, as many as keep says. wpkg then installs no package by its name alone, only what others depend on.',
  },
};

/** The options of a channel, checked by `checkSettings`. */
export interface ChannelOptions {
  readonly folder: string;
}

/** The options of a channel, with the repository's and the defaults behind them. */
export function readOptions(settings: RepositorySettings, channel: ChannelSettings): ChannelOptions {
  const folder = channel.options['folder'] ?? settings.options['folder'];
  return { folder: typeof folder === 'string' ? folder : '{arch}' };
}

/** Whether an index can have several versions of a name. */
export function listsAllVersions({ options }: Pick<RepositorySettings, 'options'>): boolean {
  return options['allVersions'] === true;
}

/** What is wrong with the value of an option that has the right type; undefined: nothing. */
export function optionProblem(name: string, value: string | number | boolean): string | undefined {
  if (name !== 'folder' || typeof value !== 'string' || value === '') return undefined;
  const isFolder = value
    .replaceAll('{arch}', 'a')
    .split('/')
    .every((part) => /^[A-Za-z0-9][A-Za-z0-9.+~-]*$/.test(part) && !/^[0-9a-f]{12}$/.test(part));
  return isFolder ? undefined : 'expected names of A-Z a-z 0-9 . + ~ - with {arch} in them, joined by /';
}
