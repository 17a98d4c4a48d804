/** Folders of the inbox, which others fill as they like: only what they add up to is kept in memory. */

import { ulidTime } from '../../core/ulid.ts';
import { FORGOTTEN_MS } from '../../ledger/intents.ts';
import type { ObjectInfo } from '../../storage/storage.ts';

/** A folder of one proposal. */
export interface InboxFolder {
  readonly who: string;
  readonly id: string;
  readonly hasIntent: boolean;
  /** The youngest of its objects. */
  readonly modifiedMs: number;
  readonly files: number;
  readonly sizeBytes: number;
}

export interface InboxRules {
  /** By the store's clock. */
  readonly nowMs: number;
  /** References of settled proposals: `<who>/<ulid>`. */
  readonly settled: { has(ref: string): boolean };
}

const OBJECT_KEY = /^inbox\/([^/]+)\/([^/]+)\/(.*)$/;

/** True for what is settled, and for what is so old that nobody reads it any more. An open proposal never goes, nor its files. */
export function mayRemove(folder: InboxFolder, { nowMs, settled }: InboxRules): boolean {
  const { who, id, hasIntent, modifiedMs } = folder;
  if (settled.has(`${who}/${id}`)) return true;
  const bornMs = hasIntent ? (ulidTime(id) ?? modifiedMs) : modifiedMs;
  return nowMs - bornMs > FORGOTTEN_MS;
}

export interface InboxReader {
  /** False for an object that lies in no such folder. */
  add(object: ObjectInfo): boolean;
  /** There are no more. */
  end(): void;
}

/** Adds up objects below `inbox/` that come in the order of their keys. */
export function createInboxReader(onFolder: (folder: InboxFolder) => void): InboxReader {
  let current: InboxFolder | undefined;
  const end = (): void => {
    if (current !== undefined) onFolder(current);
    current = undefined;
  };
  return {
    add({ key, sizeBytes, modifiedMs }: ObjectInfo): boolean {
      const [, who, id, name] = OBJECT_KEY.exec(key) ?? [];
      if (who === undefined || id === undefined) return false;
      if (current?.who !== who || current.id !== id) end();
      current = {
        who,
        id,
        hasIntent: current?.hasIntent === true || name === 'intent.json',
        modifiedMs: Math.max(current?.modifiedMs ?? 0, modifiedMs),
        files: (current?.files ?? 0) + 1,
        sizeBytes: (current?.sizeBytes ?? 0) + sizeBytes,
      };
      return true;
    },
    end,
  };
}
