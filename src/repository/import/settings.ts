/** The settings of a repository from what its channels say of themselves today. */
import type { AdoptionRules, ListedChannel } from '../../formats/adoption.ts';
import type { Encoding, FormatOptions, RepositorySettings } from '../../formats/format.ts';

export function toSettings({
  base,
  channels,
  encodings,
  rules,
}: {
  /** Has what channels do not say: `keep`, `graceDays`. */
  readonly base: RepositorySettings;
  readonly channels: readonly ListedChannel[];
  /** Forms of the indexes, by channel. */
  readonly encodings: ReadonlyMap<string, ReadonlySet<Encoding>>;
  readonly rules: AdoptionRules;
}): RepositorySettings {
  const own = channels.map(({ settings: { name, options } }) => {
    const forms = encodings.get(name) ?? new Set();
    return { name, options: { ...options, ...(forms.size > 0 && rules.encodingsOption(forms)) } };
  });
  const unique = (lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];
  return {
    format: base.format,
    ...shareOptions(own, rules),
    components: unique(channels.map(({ components }) => components)),
    architectures: unique(channels.map(({ architectures }) => architectures)),
    ...(base.keep !== undefined && { keep: base.keep }),
    ...(base.graceDays !== undefined && { graceDays: base.graceDays }),
  };
}

/** What all channels have in common is the repository's, as people write it. */
function shareOptions(
  channels: RepositorySettings['channels'],
  { ownOptions }: AdoptionRules,
): Pick<RepositorySettings, 'channels' | 'options'> {
  const [first, ...others] = channels;
  const common = Object.entries(first?.options ?? {}).filter(
    ([name, value]) => !ownOptions.has(name) && others.every(({ options }) => options[name] === value),
  );
  const names = new Set(common.map(([name]) => name));
  return {
    channels: channels.map(({ name, options }) => ({
      name,
      options: sorted(Object.entries(options).filter(([option]) => !names.has(option))),
    })),
    options: sorted(common),
  };
}

function sorted(entries: readonly (readonly [string, FormatOptions[string]])[]): FormatOptions {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
