/**
 * Putting files in place at the root of a store. Nothing is kept of them but themselves: the page tells which keys are its own.
 *
 * ```
 * look at what is there ─▶ read what is wanted ─▶ keys, setup.sh, index.html: only where still as looked at ─▶ what is left over goes
 *          ▲                                                  │
 *          └───────────────── somebody else wrote ────────────┘
 * ```
 * So whoever writes last has seen all that others wrote about.
 */
import { hasCode } from '../../core/pakhus-error.ts';
import { FRONT_PAGE } from '../../pages/front-page.ts';
import { type PageFile, pageContentType } from '../../pages/page-files.ts';
import { SETUP_SCRIPT } from '../../pages/setup-script.ts';
import { isStorePage, KEY_FOLDER, keysOfStorePage } from '../../pages/store-page.ts';
import { SCRIPT_MARK } from '../../pages/store-script.ts';
import { readObject } from '../../storage/read-all.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';

/** Nothing that pakhus makes here is larger. */
const LIMIT_BYTES = 4 * 1024 * 1024;
/** Writers that change something at once are few: repositories are rarely made. */
const ATTEMPTS = 8;

/** A file, and its path below the store. */
export type FrontFile = Pick<PageFile, 'path' | 'bytes'>;

export interface PlacedFront {
  readonly written: readonly string[];
  readonly deleted: readonly string[];
  /** A file of somebody else that lies where one of these would: nothing was done. */
  readonly taken: string | undefined;
}

export interface PlaceFrontOptions extends CallOptions {
  /** Tells what would be done. */
  readonly dryRun: boolean;
  /** What is not wanted any more stays. */
  readonly deletesNothing?: boolean;
}

/** What is wanted, the page last. Empty: nothing, and what is there goes. Undefined: it is not to be touched. */
export type WantedFront = () => Promise<readonly FrontFile[] | undefined>;

/** Nothing was done. */
export const NO_FRONT: PlacedFront = { written: [], deleted: [], taken: undefined };

/** @throws STORE_CONFLICT when others go on writing, STORE_* */
export async function placeFront(
  store: Storage,
  wanted: WantedFront,
  { dryRun, deletesNothing = false, ...call }: PlaceFrontOptions,
): Promise<PlacedFront> {
  for (let attempt = 1; ; attempt++) {
    const there = await lookAtFront(store, call);
    const files = await wanted();
    if (files === undefined) return NO_FRONT;
    const taken = files.length === 0 ? undefined : findTaken(there, files);
    if (taken !== undefined) return { ...NO_FRONT, taken };
    const stale = files.filter(({ path, bytes }) => !isSame(there.files.get(path)?.bytes, bytes));
    const names = new Set(files.map(({ path }) => path));
    // The page last: it knows the keys.
    const left = deletesNothing ? [] : [...there.own].filter((path) => !names.has(path)).reverse();
    const done = { written: stale.map(({ path }) => path), deleted: left, taken: undefined };
    if (dryRun) return done;
    try {
      for (const file of stale) await write(store, { file, etag: there.files.get(file.path)?.etag }, call);
      for (const path of left) await store.delete(path, call);
      return done;
    } catch (error) {
      if (!hasCode(error, 'STORE_CONFLICT') || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The files of a store that pakhus made, the page last; undefined: none. @throws STORE_* */
export async function readFront(
  store: Storage,
  call: CallOptions = {},
): Promise<readonly FrontFile[] | undefined> {
  const { files, own } = await lookAtFront(store, call);
  if (!own.has(FRONT_PAGE)) return undefined;
  return [...own].reverse().flatMap((path) => {
    const bytes = files.get(path)?.bytes;
    return bytes === undefined ? [] : [{ path, bytes }];
  });
}

interface FrontThere {
  readonly files: ReadonlyMap<string, { readonly etag: string; readonly bytes: Uint8Array | undefined }>;
  /** Paths of those that pakhus made, the page first. */
  readonly own: ReadonlySet<string>;
}

async function lookAtFront(store: Storage, call: CallOptions): Promise<FrontThere> {
  const files = new Map<string, { readonly etag: string; readonly bytes: Uint8Array | undefined }>();
  const own = new Set<string>();
  const look = async (path: string): Promise<string | undefined> => {
    const found = await readIfThere(store, path, call);
    if (found === undefined) return undefined;
    files.set(path, found);
    return Buffer.from(found.bytes ?? []).toString();
  };
  const page = await look(FRONT_PAGE);
  const isOwn = page !== undefined && isStorePage(page);
  if (isOwn) own.add(FRONT_PAGE);
  if ((await look(SETUP_SCRIPT))?.startsWith(SCRIPT_MARK)) own.add(SETUP_SCRIPT);
  const keys = new Set(isOwn ? keysOfStorePage(page).map((name) => `${KEY_FOLDER}${name}`) : []);
  const listed: string[] = [];
  for await (const { key } of store.list(KEY_FOLDER, call)) listed.push(key);
  for (const key of listed) {
    await look(key);
    if (keys.has(key)) own.add(key);
  }
  return { files, own };
}

/** What is too large is not ours; it has no bytes here. */
async function readIfThere(
  store: Storage,
  path: string,
  call: CallOptions,
): Promise<{ readonly etag: string; readonly bytes: Uint8Array | undefined } | undefined> {
  try {
    const { info, bytes } = await readObject(store, path, { ...call, limitBytes: LIMIT_BYTES });
    return { etag: info.etag, bytes };
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    if (hasCode(error, 'STORE_OBJECT_TOO_LARGE')) return { etag: '', bytes: undefined };
    throw error;
  }
}

/** Files of ours that were written before the page that names them are as they should be. */
function findTaken({ files, own }: FrontThere, wanted: readonly FrontFile[]): string | undefined {
  const fixed = [FRONT_PAGE, SETUP_SCRIPT].find((path) => files.has(path) && !own.has(path));
  if (fixed !== undefined) return fixed;
  return wanted.find(({ path, bytes }) => {
    const there = files.get(path);
    return there !== undefined && !own.has(path) && !isSame(there.bytes, bytes);
  })?.path;
}

async function write(
  store: Storage,
  { file, etag }: { readonly file: FrontFile; readonly etag: string | undefined },
  call: CallOptions,
): Promise<void> {
  const { path, bytes } = file;
  const contentType = contentTypeOf(path);
  const condition = etag === undefined ? { ifAbsent: true } : { ifMatch: etag };
  await store.write(path, bytes, { ...call, ...condition, contentType, cacheControl: 'no-cache' });
}

function contentTypeOf(path: string): string {
  if (path === FRONT_PAGE) return pageContentType(path);
  if (path.endsWith('.asc')) return 'application/pgp-keys';
  // So that browsers show it.
  return path.endsWith('.gpg') ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}

function isSame(there: Uint8Array | undefined, bytes: Uint8Array): boolean {
  return there !== undefined && Buffer.compare(there, bytes) === 0;
}
