/**
 * Files that clients of an index look for beside it, besides the package files themselves: copies of packages that several indexes
 * list, and what belongs to a package (`Format.companions`). They are in place before the revision that needs them is committed.
 */
import { type Catalog, type IndexEntry, runEntryOf } from '../../catalog/catalog.ts';
import { diffRuns } from '../../catalog/diff.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { EMPTY_RUN, type Run } from '../../catalog/run.ts';
import { sha256Hex } from '../../core/digest.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { Companion, Format, PackageRecord } from '../../formats/format.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { holds, PACKAGE_HEADERS } from '../ingest/store-package.ts';
import type { Repository } from '../repository.ts';

/** Files that are written at a time. */
const PARALLEL = 8;

/** A companion and the package that it belongs to. */
export interface CompanionOf {
  readonly companion: Companion;
  readonly record: PackageRecord;
}

/** Companions that `after` needs and `before` did not, of all indexes or of those given. */
export async function* companionsBetween(
  repository: Repository,
  input: {
    readonly format: Pick<Format, 'companions'>;
    readonly before: Catalog | undefined;
    readonly after: Catalog;
    readonly indexes?: ReadonlySet<IndexEntry>;
  } & CallOptions,
): AsyncGenerator<CompanionOf, void, undefined> {
  const { format, before, after, indexes, ...call } = input;
  if (format.companions === undefined) return;
  const { runs } = repository.catalog;
  const load = async (catalog: Catalog | undefined, key: Parameters<typeof runEntryOf>[1]): Promise<Run> => {
    const entry = catalog && runEntryOf(catalog, key);
    return entry === undefined ? EMPTY_RUN : runs.load(entry.ref, call);
  };
  for (const { name: channel, indexes: planned } of after.channels) {
    const old = before?.channels.find(({ name }) => name === channel)?.indexes ?? [];
    for (const index of planned) {
      if (indexes?.has(index) === false) continue;
      const earlier = old.find(({ path }) => path === index.path);
      for (const slot of index.slots) {
        const key = { channel, component: index.component, slot };
        const was = earlier?.slots.includes(slot) ? await load(before, { ...key }) : EMPTY_RUN;
        for await (const change of diffRuns(was, await load(after, key), {
          ...repository.catalog,
          ...call,
        })) {
          if (change.kind === 'removed') continue;
          const record = change.after;
          for (const companion of format.companions(record, index)) yield { companion, record };
        }
      }
    }
  }
}

/** Puts companions in place. False, and some are not there: one of the names is being deleted. @throws STORE_* */
export async function placeCompanions(
  repository: Repository,
  wanted: AsyncIterable<CompanionOf>,
  { swept, ...call }: CallOptions & { readonly swept: ReadonlySet<string> },
): Promise<boolean> {
  const work = async (one: CompanionOf): Promise<boolean> => {
    if (swept.has(one.companion.path)) return false;
    await placeCompanion(repository, one, call);
    return true;
  };
  const { signal } = call;
  for await (const isThere of mapInOrder(wanted, { limit: PARALLEL, signal, work }))
    if (!isThere) return false;
  return true;
}

/** Whether a companion is there, byte for byte. */
export function hasCompanion(
  { tree }: Repository,
  { companion: { path, bytes }, record }: CompanionOf,
  call: CallOptions = {},
): Promise<boolean> {
  const { sizeBytes, sha256 } = record;
  const file =
    bytes === undefined ? { sizeBytes, sha256 } : { sizeBytes: bytes.length, sha256: sha256Hex(bytes) };
  return holds(tree, { path, ...file }, call);
}

/** Puts one in place; other bytes at its name are replaced. @throws STORE_* */
export async function placeCompanion(
  repository: Repository,
  one: CompanionOf,
  call: CallOptions = {},
): Promise<void> {
  const { tree } = repository;
  const { path, bytes } = one.companion;
  const write = async (options: { readonly ifAbsent?: boolean }): Promise<void> => {
    const headers = { ...call, ...PACKAGE_HEADERS, ...options };
    if (bytes === undefined) await tree.copy(one.record.path, path, headers);
    else await tree.write(path, bytes, headers);
  };
  try {
    await write({ ifAbsent: true });
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    if (!(await hasCompanion(repository, one, call))) await write({});
  }
}
