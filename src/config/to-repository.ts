/** From the entry of a repository in pakhus.yaml to what a revision holds. */
import type { ChannelSettings, FormatOptions, RepositorySettings } from '../formats/format.ts';
import { readBaseIndexes } from './base-index.ts';
import type { RepositoryEntry } from './config-file.ts';
import { FORMAT_OPTIONS } from './format-options.ts';
import { STORE_ITSELF } from './names.ts';
import type { Origin, RepositoryConfig } from './resolved-config.ts';

/** The channel and the component where nothing else is said. */
const DEFAULT_CHANNEL = 'stable';
const DEFAULT_COMPONENT = 'main';

/** A repository of a format, with nothing configured: what `publish --init` makes. `pages`: the store's. */
export function defaultRepository(format: string, pages = true): RepositoryConfig {
  return toRepository(format, { entry: { format }, origin: { source: 'default' }, pages });
}

/** The repository `name`. The entry is valid: see `config-schema.ts`. `folder`: where its relative paths start. `pages`: where it says nothing of them. */
export function toRepository(
  name: string,
  {
    entry,
    origin,
    folder = '.',
    pages = true,
  }: {
    readonly entry: RepositoryEntry;
    readonly origin: Origin;
    readonly folder?: string;
    readonly pages?: boolean;
  },
): RepositoryConfig {
  const { format, path, channels, components, architectures, keep, graceDays, signers, ...others } = entry;
  const { base: _, pages: __, ...options } = others;
  const settings: RepositorySettings = {
    format,
    channels: toChannels(channels ?? [DEFAULT_CHANNEL]),
    components: components ?? [DEFAULT_COMPONENT],
    architectures: architectures ?? [],
    ...(keep === undefined ? {} : { keep }),
    ...(graceDays === undefined ? {} : { graceDays }),
    ...((entry.pages ?? pages) ? { pages: true } : {}),
    options: toOptions({ ...optionsFromName(format, name), ...options }),
  };
  const bases = readBaseIndexes(entry, folder);
  return { name, path: path === STORE_ITSELF ? '' : (path ?? name), settings, signers, bases, origin };
}

function toChannels(channels: NonNullable<RepositoryEntry['channels']>): ChannelSettings[] {
  if (isList(channels)) return channels.map((name) => ({ name, options: {} }));
  return Object.entries(channels).map(([name, options]) => ({ name, options: toOptions(options ?? {}) }));
}

function isList(channels: NonNullable<RepositoryEntry['channels']>): channels is readonly string[] {
  return Array.isArray(channels);
}

/** Options that are the repository's name where nothing else is set. */
function optionsFromName(format: string, name: string): Readonly<Record<string, string>> {
  const options = Object.entries(FORMAT_OPTIONS[format] ?? {});
  return Object.fromEntries(options.flatMap(([option, { fromName }]) => (fromName ? [[option, name]] : [])));
}

/** Only what was set; sorted, so that the same settings are the same bytes in whatever order they were written. */
function toOptions(options: Readonly<Record<string, unknown>>): FormatOptions {
  const set: Record<string, string | number | boolean> = {};
  for (const name of Object.keys(options).sort()) {
    const value = options[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      set[name] = value;
  }
  return set;
}
