/** What can be set for a repository, and for a channel of it where it then wins. */
import type { ChannelSettings, FormatOption, RepositorySettings } from '../format.ts';

/** The options, by name. */
export const OPKG_OPTIONS: Readonly<Record<string, FormatOption>> = {
  folders: {
    type: 'text',
    about:
      'Folders of feeds below the channel: one for all of them, then FEED=FOLDER. Default: packages/{arch}/{feed}. Without {arch} one index has all architectures.',
  },
  files: {
    type: 'text',
    about:
      'Components, separated by blanks, that hold plain files such as images, with sha256sums, and no packages.',
  },
  target: { type: 'text', about: 'For index.json: the target that the packages were built for, x86/64.' },
  indexJson: { type: 'text', about: 'index.json: version 2 (default), version 1, or none.' },
};

/** As OpenWrt lays out a release. */
const DEFAULT_FOLDERS = 'packages/{arch}/{feed}';
/** Of components that hold plain files. */
const FILES_FOLDER = '{feed}';

const INDEX_JSON = ['2', '1', 'none'] as const;

/** The options of a channel, checked by `checkSettings`. */
export interface ChannelOptions {
  readonly folders: Folders;
  /** Components that hold plain files. */
  readonly files: readonly string[];
  readonly target: string | undefined;
  readonly indexJson: (typeof INDEX_JSON)[number];
}

/** Folders of feeds, with `{arch}` and `{feed}` in them. */
export interface Folders {
  /** Of feeds that have none of their own. */
  readonly usual: string;
  readonly byFeed: ReadonlyMap<string, string>;
}

/** The options of a channel, with the repository's and the defaults behind them. */
export function readOptions(settings: RepositorySettings, channel: ChannelSettings): ChannelOptions {
  const options = { ...settings.options, ...channel.options };
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const files = wordsOf(text('files') ?? '');
  return {
    folders: parseFolders(text('folders') ?? DEFAULT_FOLDERS, files),
    files,
    target: text('target'),
    indexJson: INDEX_JSON.find((one) => one === text('indexJson')) ?? '2',
  };
}

/** Reads the option `folders`. @param files Components that hold plain files: they have no architectures. */
function parseFolders(text: string, files: readonly string[] = []): Folders {
  let usual = DEFAULT_FOLDERS;
  const byFeed = new Map(files.map((component) => [component, FILES_FOLDER]));
  for (const word of wordsOf(text)) {
    const equals = word.indexOf('=');
    if (equals === -1) usual = word;
    else byFeed.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return { usual, byFeed };
}

/** What is wrong with the value of an option that has the right type; undefined: nothing. */
export function optionProblem(name: string, value: string | number | boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (name === 'indexJson')
    return INDEX_JSON.some((one) => one === value) ? undefined : 'expected 2, 1 or none';
  if (name !== 'folders') return undefined;
  const { usual, byFeed } = parseFolders(value);
  const bad = [usual, ...byFeed.values()].find((folder) => !isFolder(folder));
  return bad === undefined
    ? undefined
    : `${JSON.stringify(bad)} is no folder: expected names of A-Z a-z 0-9 . + ~ _ - with {arch} and {feed} in them, joined by /`;
}

function wordsOf(text: string): readonly string[] {
  return text.split(/ +/).filter((word) => word !== '');
}

function isFolder(folder: string): boolean {
  const plain = folder.replaceAll('{arch}', 'a').replaceAll('{feed}', 'f');
  return plain
    .split('/')
    .every((name) => /^[A-Za-z0-9][A-Za-z0-9.+~_-]*$/.test(name) && !name.endsWith('.ipk'));
}
