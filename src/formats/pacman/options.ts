/** What can be set for a repository, and for a channel of it where it then wins. */
import type { ChannelSettings, Encoding, FormatOption, RepositorySettings } from '../format.ts';

/** The options, by name. */
export const PACMAN_OPTIONS: Readonly<Record<string, FormatOption>> = {
  database: {
    type: 'text',
    fromName: true,
    about:
      'What pacman.conf calls it: [NAME]. Default: the name of the repository, with -CHANNEL for every channel but stable.',
  },
  compression: { type: 'text', about: 'Of databases: gzip (default), zstd, xz or plain.' },
  signDatabase: { type: 'flag', about: 'Sign databases as well; packages are always signed.' },
};

/** The channel whose database has the plain name. */
const PLAIN_CHANNEL = 'stable';
const COMPRESSIONS: readonly Encoding[] = ['gzip', 'zstd', 'xz', 'plain'];

/** The options of a channel, checked by `checkSettings`. */
export interface ChannelOptions {
  /** Empty: nobody named it. */
  readonly database: string;
  readonly compression: Encoding;
  readonly signDatabase: boolean;
}

/** The options of a channel, with the repository's and the defaults behind them. */
export function readOptions(settings: RepositorySettings, channel: ChannelSettings): ChannelOptions {
  const options = { ...settings.options, ...channel.options };
  return {
    database: databaseOf(settings, channel),
    compression: COMPRESSIONS.find((one) => one === options['compression']) ?? 'gzip',
    signDatabase: options['signDatabase'] === true,
  };
}

function databaseOf(settings: RepositorySettings, channel: ChannelSettings): string {
  const own = channel.options['database'];
  if (typeof own === 'string') return own;
  const name = settings.options['database'];
  if (typeof name !== 'string') return '';
  return channel.name === PLAIN_CHANNEL ? name : `${name}-${channel.name}`;
}

/** What is wrong with the value of an option that has the right type; undefined: nothing. */
export function optionProblem(name: string, value: string | number | boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (name === 'database') return databaseProblem(value);
  if (name !== 'compression') return undefined;
  return COMPRESSIONS.some((one) => one === value) ? undefined : `expected ${COMPRESSIONS.join(', ')}`;
}

/** Sections of pacman.conf, and databases that pacman has of its own. */
const TAKEN: readonly string[] = ['options', 'local'];

function databaseProblem(name: string): string | undefined {
  if (TAKEN.includes(name)) return 'pacman has one of that name itself';
  return /^[A-Za-z0-9][A-Za-z0-9@._+-]{0,127}$/.test(name)
    ? undefined
    : 'expected up to 128 of A-Z a-z 0-9 @ . _ + -, a letter or digit first';
}
