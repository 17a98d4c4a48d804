/** Where a repository is read that another program made. */
import { hasCode } from '../../core/pakhus-error.ts';
import type { AdoptionRules } from '../../formats/adoption.ts';
import { formatByName } from '../../formats/table.ts';
import { readBytes } from '../../storage/read-all.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import { refused } from './refusal.ts';

export interface ImportSource {
  /** For messages. */
  readonly name: string;
  /** It is the public folder: its clients are ours, and reading costs little. */
  readonly isNear: boolean;
  /** All bytes of a file; undefined when it is not there. @throws STORE_*, NETWORK_FAILED */
  read(path: string, limitBytes: number): Promise<Uint8Array | undefined>;
}

/** The public folder itself. */
export function treeSource(tree: Storage, call: CallOptions): ImportSource {
  return {
    name: tree.name,
    isNear: true,
    async read(path, limitBytes) {
      try {
        return await readBytes(tree, path, { ...call, limitBytes });
      } catch (error) {
        if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
        throw error;
      }
    },
  };
}

/** How repositories of a format are taken over. @throws IMPORT_REFUSED for one whose repositories cannot be */
export function adoptionOf(format: string): AdoptionRules {
  const { adoption } = formatByName(format);
  if (adoption !== undefined) return adoption;
  throw refused(`repositories of the format ${format} cannot be taken over`, {
    hint: 'Publish the packages to a new one: pakhus publish FOLDER --init.',
  });
}
