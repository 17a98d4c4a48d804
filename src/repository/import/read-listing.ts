/** What a repository of another program says of itself: its channels first, then every package that they list. */
import { hasCode } from '../../core/pakhus-error.ts';
import type { AdoptionRules, BadEntry, ListedChannel } from '../../formats/adoption.ts';
import type { Encoding, RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { UseCaseOptions } from '../repository.ts';
import { type GatheredPackage, gatherPackages } from './gather-packages.ts';
import { type EntryFiles, readEntry, readEntryFiles } from './read-entries.ts';
import { type ReadIndex, readIndex } from './read-indexes.ts';
import { refused } from './refusal.ts';
import { toSettings } from './settings.ts';
import type { ImportSource } from './source.ts';

/** The channels, by what clients begin with. */
export interface ListedEntries {
  readonly entries: readonly EntryFiles[];
  readonly channels: readonly ListedChannel[];
}

/** All of it. */
export interface Listing extends ListedEntries {
  readonly settings: RepositorySettings;
  readonly packages: readonly GatheredPackage[];
  readonly bad: readonly BadEntry[];
}

/** @throws IMPORT_REFUSED, SETTINGS_INVALID, VERIFY_FAILED for what is no clear-signed text */
export async function readEntries(
  source: ImportSource,
  { rules, names }: { readonly rules: AdoptionRules; readonly names: readonly string[] },
): Promise<ListedEntries> {
  const entries: EntryFiles[] = [];
  const channels: ListedChannel[] = [];
  for (const channel of names) {
    const entry = await readEntryFiles(source, { rules, channel });
    entries.push(entry);
    channels.push(await readEntry(entry, rules));
  }
  return { entries, channels };
}

/** @throws IMPORT_REFUSED for an index that is not what its channel lists, and for settings that cannot be */
export async function readListing(
  source: ImportSource,
  listed: ListedEntries,
  {
    base,
    rules,
    report,
    signal,
  }: UseCaseOptions & { readonly base: RepositorySettings; readonly rules: AdoptionRules },
): Promise<Listing> {
  const packages: GatheredPackage[] = [];
  const bad: BadEntry[] = [];
  const encodings = new Map<string, ReadonlySet<Encoding>>();
  for (const { settings, indexes } of listed.channels) {
    const { name } = settings;
    const read: ReadIndex[] = [];
    for (const index of indexes) {
      signal?.throwIfAborted();
      report({ type: 'progress', task: 'Reading indexes', item: index.path });
      read.push(await readIndex(source, { rules, index, all: source.isNear }));
    }
    if (source.isNear) encodings.set(name, new Set(read.flatMap((one) => one.encodings)));
    const gathered = gatherPackages(name, { indexes: read, rules });
    for (const one of gathered.packages) packages.push(one);
    bad.push(...gathered.bad);
    if (gathered.widened > 0) {
      report({
        type: 'warning',
        code: 'import-all-architectures',
        message: `${name}: packages for all architectures (${gathered.widened}) are in the index of some architectures only; from now on they are in all`,
      });
    }
  }
  const settings = toSettings({ base, channels: listed.channels, encodings, rules });
  checkSettings(source, settings);
  return { ...listed, settings, packages, bad };
}

/** @throws IMPORT_REFUSED for names and fields that a repository of pakhus cannot have */
function checkSettings({ name }: ImportSource, settings: RepositorySettings): void {
  try {
    formatByName(settings.format).checkSettings(settings);
  } catch (error) {
    if (!hasCode(error, 'SETTINGS_INVALID')) throw error;
    throw refused(`${name} has what a repository of pakhus cannot have: ${error.message}`, {
      hint: 'Leave that suite out (--suite names the others), or let the program that made it write it otherwise.',
      details: error.details,
    });
  }
}
