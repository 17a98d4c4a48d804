/** What lies in a folder that another program filled: channels, and package files by the names that pakhus gives as well. */
import type { AdoptionRules } from '../../formats/adoption.ts';
import type { Format } from '../../formats/format.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import { refused } from './refusal.ts';

export interface TreeSurvey {
  /** Folders that hold an entry file. */
  readonly channels: readonly string[];
  /** Deeper ones, which cannot be channels. */
  readonly nested: readonly string[];
  /** Files under names such as pakhus gives to packages and immutable indexes. */
  readonly own: readonly string[];
}

/** @throws IMPORT_REFUSED when there are no channels */
export async function surveyTree(
  tree: Storage,
  { format, rules, ...call }: CallOptions & { readonly format: Format; readonly rules: AdoptionRules },
): Promise<TreeSurvey> {
  const entries = new Set<string>();
  const own: string[] = [];
  let isFlat = false;
  for await (const { key } of tree.list('', call)) {
    if (format.kindOf(key) !== undefined) own.push(key);
    isFlat ||= /^(Packages|Release|InRelease)(\.|$)/.test(key);
    const folder = key.startsWith(rules.folder) ? channelFolderOf(key.slice(rules.folder.length)) : undefined;
    if (folder !== undefined && isEntry(key, { folder, rules })) entries.add(folder);
  }
  const [channels, nested] = [false, true].map((deep) =>
    [...entries].filter((one) => one.includes('/') === deep),
  );
  if (channels === undefined || channels.length === 0) throw nothingThere(tree, isFlat);
  return { channels, nested: nested ?? [], own };
}

function channelFolderOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? undefined : path.slice(0, slash);
}

function isEntry(key: string, at: { readonly folder: string; readonly rules: AdoptionRules }): boolean {
  // Components have files of this name, too: `main/binary-amd64/Release`.
  if (/(^|\/)(binary-[^/]+|source)$/.test(at.folder)) return false;
  const { clear, text } = at.rules.entryFiles(at.folder);
  return key === clear || key === text;
}

function nothingThere(tree: Storage, isFlat: boolean): Error {
  if (isFlat) {
    return refused(
      `${tree.name} is a flat repository, without dists/ and suites, which cannot be taken over in place`,
      {
        hint: 'Publish its packages to a new one: pakhus publish FOLDER --init. Clients need a new line for it.',
      },
    );
  }
  return refused(`${tree.name} holds no repository: there is no dists/SUITE/InRelease or Release in it`, {
    hint: 'Name the folder that holds dists/ and the packages.',
  });
}
