/**
 * What a store has of many keys, by lists instead of a look at each:
 *
 * ```
 * wanted   a/Entry  a/x/Index        a/y/Index           by outermost folder, all folders at once
 * listed   a/Entry  a/x/Index  a/x/by-hash/…  ┄┄┄┄┄┄┄┄   after a page of what nobody wants, on at the next wanted key
 *                              page ends ─────▶ a/y/Index
 * ```
 */
import { compareKeys } from './keys.ts';
import type { CallOptions, ObjectInfo, Storage } from './storage.ts';

/** Objects that are asked for at once: some folders are small, and a folder of old files may have thousands. */
const PAGE = 200;

/** The objects that are there, by key. Lists tell of size, date and etag, and of nothing else. */
export async function findObjects(
  storage: Storage,
  keys: Iterable<string>,
  call: CallOptions = {},
): Promise<ReadonlyMap<string, ObjectInfo>> {
  const found = new Map<string, ObjectInfo>();
  const folders = byFolder([...new Set(keys)].sort(compareKeys));
  await Promise.all([...folders].map(([prefix, own]) => findIn(storage, { prefix, keys: own, found }, call)));
  return found;
}

async function findIn(
  storage: Storage,
  {
    prefix,
    keys,
    found,
  }: { readonly prefix: string; readonly keys: readonly string[]; readonly found: Map<string, ObjectInfo> },
  call: CallOptions,
): Promise<void> {
  let next = 0;
  let last = '';
  for (let wanted = keys[next]; wanted !== undefined; wanted = keys[next]) {
    const jump = justBefore(wanted);
    const startAfter = compareKeys(last, jump) > 0 ? last : jump;
    const where = startAfter.length < prefix.length ? call : { ...call, startAfter };
    let listed = 0;
    for await (const info of storage.list(prefix, { ...where, pageSize: PAGE })) {
      while (next < keys.length && compareKeys(keys[next] ?? '', info.key) < 0) next++;
      if (keys[next] === info.key) {
        found.set(info.key, info);
        next++;
      }
      if (next === keys.length) return;
      last = info.key;
      if (++listed === PAGE) break;
    }
    if (listed < PAGE) return;
  }
}

/** Keys by the outermost folder that holds one of them; those in no folder together. */
function byFolder(keys: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);
  const folders = [...new Set(keys.map(folderOf))].filter((folder) => folder !== '');
  const outermost = folders.filter(
    (folder) => !folders.some((other) => other !== folder && folder.startsWith(other)),
  );
  const [single, ...others] = keys.filter((key) => folderOf(key) === '');
  const root = others.length === 0 ? (single ?? '') : '';
  return Map.groupBy(keys, (key) => outermost.find((folder) => key.startsWith(folder)) ?? root);
}

/** Where a list is to start after, to begin with `key` or little before it. */
function justBefore(key: string): string {
  return [...key].slice(0, -1).join('');
}
