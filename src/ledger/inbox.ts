/**
 * The inbox: one folder for each who proposes. A proposer may fill its own with whatever it likes, so nothing here is believed,
 * and nobody's folder keeps those of the others from being seen.
 *
 * ```
 * inbox/<who>/<ulid>/<n>-<name>      what it proposes to add; gone as soon as it is settled
 * inbox/<who>/<ulid>/intent.json     written last
 * ```
 */
import { mapInOrder } from '../catalog/map-in-order.ts';
import { hasCode } from '../core/pakhus-error.ts';
import { isUlid } from '../core/ulid.ts';
import type { CallOptions, ObjectInfo, Storage } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';

/** Intents of one folder that are looked at in one revision; more of them wait for the next. */
const INTENTS_AT_ONCE = 500;
/** Objects of one folder that are looked at, whatever they are. */
const OBJECTS_AT_ONCE = 50_000;
/** Folders that are deleted at once. */
const LANES = 16;
const OBJECT_KEY = /^inbox\/([^/]+)\/([^/]+)\//;
const FILE_NAME = /^[0-9]{1,6}-[A-Za-z0-9.+~_-]{0,190}$/;

/** An intent that lies in the inbox, unread. */
export interface InboxEntry {
  readonly who: string;
  /** A ULID. */
  readonly id: string;
  /** `<who>/<id>`: what settlements name. */
  readonly ref: string;
  /** The store's own date. */
  readonly modifiedMs: number;
  /** What lies in its folder up to the intent itself, which is the last one. */
  readonly objects: readonly ObjectInfo[];
}

/** Key of an intent below the state folder. */
export function intentKey({ who, id }: { readonly who: string; readonly id: string }): string {
  return `inbox/${who}/${id}/intent.json`;
}

/** Key of a proposed file below the state folder. @throws TypeError when `name` is not one that {@link proposedName} gives */
export function proposedKey(
  { who, id }: { readonly who: string; readonly id: string },
  name: string,
): string {
  if (!FILE_NAME.test(name)) throw new TypeError(`'${name.slice(0, 200)}' is no name of a proposed file`);
  return `inbox/${who}/${id}/${name}`;
}

/** The name of the `index`th file of a proposal, made from the file's own. */
export function proposedName(index: number, fileName: string): string {
  return `${index}-${fileName.replaceAll(/[^A-Za-z0-9.+~_-]/g, '-').slice(-180)}`;
}

/** The folder of a committer, whom a proposer cannot be called like: it has an `@`. */
export function committerFolder(author: string): string {
  const name = plainName(author);
  return name.includes('@') ? name : `${name.slice(0, 99)}@`;
}

/** `name` as one segment of a key, safe to print: letters, digits, `.`, `-`, `_`, `@`. */
export function plainName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9@._-]/g, '-').slice(0, 100) || 'anonymous';
}

/** Every intent there is, by folder and age. Of one folder so many are looked at as are wanted, and no more. */
export async function* listInbox(
  ledger: Ledger,
  {
    isWanted,
    ...call
  }: CallOptions & { readonly isWanted: (entry: InboxEntry) => boolean | Promise<boolean> },
): AsyncIterable<InboxEntry> {
  let from: string | undefined;
  do {
    const options = from === undefined ? call : { ...call, startAfter: from };
    from = undefined;
    let count = { who: '', objects: 0, intents: 0 };
    let folder: { readonly id: string; readonly objects: ObjectInfo[] } = { id: '', objects: [] };
    for await (const object of ledger.state.list('inbox/', options)) {
      const { key, modifiedMs } = object;
      const [, who, id] = OBJECT_KEY.exec(key) ?? [];
      if (who === undefined || id === undefined) continue;
      if (who !== count.who || id !== folder.id) folder = { id, objects: [] };
      if (who !== count.who) count = { who, objects: 0, intents: 0 };
      count.objects++;
      folder.objects.push(object);
      if (isUlid(id) && key === intentKey({ who, id })) {
        const entry = { who, id, ref: `${who}/${id}`, modifiedMs, objects: folder.objects.slice() };
        if (await isWanted(entry)) count.intents++;
        yield entry;
      }
      if (count.intents < INTENTS_AT_ONCE && count.objects < OBJECTS_AT_ONCE) continue;
      // '0' is the character after '/': this is beyond every key of the folder.
      from = `inbox/${who}0`;
      break;
    }
  } while (from !== undefined);
}

/** Whose folder is deleted. */
interface Removable {
  readonly id: string;
  readonly who: string;
  /** What lies in it; where nobody listed it before, that is looked for. */
  readonly objects?: readonly ObjectInfo[];
}

/** Deletes the folders of intents. One that belongs to somebody else stays, for whoever may delete it. */
export async function removeIntents(
  ledger: Ledger,
  intents: readonly Removable[],
  { onDeleted, ...call }: CallOptions & { readonly onDeleted?: (object: ObjectInfo) => void } = {},
): Promise<void> {
  const { state } = ledger;
  const work = async ({ who, id, objects }: Removable): Promise<void> => {
    try {
      for (const object of objects ?? (await listAll(state, `inbox/${who}/${id}/`, call))) {
        await state.delete(object.key, call);
        onDeleted?.(object);
      }
    } catch (error) {
      if (!hasCode(error, 'STORE_PERMISSION')) throw error;
    }
  };
  for await (const _ of mapInOrder(intents, { limit: LANES, signal: call.signal, work }));
}

async function listAll(state: Storage, prefix: string, call: CallOptions): Promise<readonly ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  for await (const object of state.list(prefix, call)) objects.push(object);
  return objects;
}
