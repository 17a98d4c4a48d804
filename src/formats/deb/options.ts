/** What can be set for a repository, and for a channel of it where it then wins. */
import type {
  ChannelSettings,
  Encoding,
  FormatOption,
  FormatOptions,
  RepositorySettings,
} from '../format.ts';

/**
 * The options, by name. Fields of a Release file: DebianRepository/Format in the Debian wiki. An empty text leaves the field out, for
 * repositories that never had it: apt asks its user when one appears.
 */
export const DEB_OPTIONS: Readonly<Record<string, FormatOption>> = {
  origin: {
    type: 'text',
    mayBeEmpty: true,
    about: 'Who publishes: Origin, for pinning. apt asks its user when it changes. Empty: none.',
  },
  label: {
    type: 'text',
    mayBeEmpty: true,
    about: 'What is published: Label. apt asks its user when it changes. Empty: none.',
  },
  suite: {
    type: 'text',
    ofChannel: true,
    mayBeEmpty: true,
    about: 'Suite: stable. Default: the name of the channel. Empty: none.',
  },
  codename: {
    type: 'text',
    ofChannel: true,
    mayBeEmpty: true,
    about:
      'Codename: trixie. Default: the name of the channel. apt asks its user when it changes. Empty: none.',
  },
  version: { type: 'text', ofChannel: true, about: 'Version: 12.5.' },
  description: { type: 'text', about: 'Description, one line.' },
  notAutomatic: { type: 'flag', about: 'apt installs only what is asked for by name (priority 1).' },
  butAutomaticUpgrades: {
    type: 'flag',
    about: 'With notAutomatic: what was installed from it is upgraded (priority 100).',
  },
  validForDays: {
    type: 'count',
    about: 'Days after which apt refuses the repository unless it was signed again: Valid-Until.',
  },
  compression: {
    type: 'text',
    about: 'Forms of the indexes, of gzip, xz, zstd and plain. Default: gzip xz.',
  },
};

/** Origin and Label where nothing is set: something that never changes, for apt asks its user when it does. */
const DEFAULT_ORIGIN = 'pakhus';

const DEFAULT_COMPRESSION = 'gzip xz';

/** The options of a channel, checked by `checkSettings`. */
export interface ChannelOptions {
  readonly origin: string;
  readonly label: string;
  readonly suite: string;
  readonly codename: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly notAutomatic: boolean;
  readonly butAutomaticUpgrades: boolean;
  readonly validForDays: number | undefined;
  /** In the order in which they are listed. */
  readonly encodings: readonly Encoding[];
}

/** The options of a channel, with the repository's and the defaults behind them. */
export function readOptions(settings: RepositorySettings, channel: ChannelSettings): ChannelOptions {
  const options: FormatOptions = { ...settings.options, ...channel.options };
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const days = options['validForDays'];
  return {
    origin: text('origin') ?? DEFAULT_ORIGIN,
    label: text('label') ?? text('origin') ?? DEFAULT_ORIGIN,
    suite: text('suite') ?? channel.name,
    codename: text('codename') ?? channel.name,
    version: text('version'),
    description: text('description'),
    notAutomatic: options['notAutomatic'] === true,
    butAutomaticUpgrades: options['butAutomaticUpgrades'] === true,
    validForDays: typeof days === 'number' ? days : undefined,
    encodings: parseCompression(text('compression') ?? DEFAULT_COMPRESSION).encodings,
  };
}

/** Splits the option `compression`: words, with blanks, commas or `+` between them. */
export function parseCompression(text: string): {
  readonly encodings: readonly Encoding[];
  /** Words that are no encoding. */
  readonly unknown: readonly string[];
} {
  const words = text.split(/[ ,+]+/).filter((word) => word !== '');
  const known: readonly Encoding[] = ['plain', 'gzip', 'xz', 'zstd'];
  return {
    encodings: known.filter((encoding) => words.includes(encoding)),
    unknown: words.filter((word) => known.every((encoding) => encoding !== word)),
  };
}

const DAY_MS = 86_400_000;

/** When apt refuses a channel that was signed at `dateMs`. */
export function validUntil(
  settings: RepositorySettings,
  signed: { readonly channel: string; readonly dateMs: number },
): number | undefined {
  const channel = settings.channels.find(({ name }) => name === signed.channel);
  const days = channel && readOptions(settings, channel).validForDays;
  return days === undefined ? undefined : signed.dateMs + days * DAY_MS;
}
