/** With which revision the files of packages came: who brought them, when, and what they said. */
import { isMissingBlob } from '../../catalog/blobs.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { FoundRecord } from '../../ledger/log.ts';
import { walkBack } from '../../ledger/walk-back.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { readBroughtFiles } from '../change/brought-files.ts';
import type { ReadRevision } from '../change/content.ts';
import type { Repository } from '../repository.ts';
import { isCollected } from './collected.ts';
import { type LogEntry, logEntry } from './history.ts';

/** Revisions that are looked at, at most. */
const LOOK_BACK = 1000;
/** Lists of files that are read ahead. */
const AHEAD = 8;

/** What a package is found by: its file. */
type WithFile = Pick<PackageRecord, 'path' | 'sha256'>;

/**
 * The newest revision up to `at` that brought the file of each package. Missing is one whose revision was collected, or longer ago
 * than is looked.
 * @throws LEDGER_*
 */
export async function originsOf<P extends WithFile>(
  repository: Repository,
  packages: readonly P[],
  { tail, at, ...call }: CallOptions & { readonly tail: ReadRevision; readonly at: ReadRevision },
): Promise<ReadonlyMap<P, LogEntry>> {
  const wanted = Map.groupBy(packages, fileId);
  const origins = new Map<P, LogEntry>();
  let looked = 0;
  const work = async (found: FoundRecord) => ({
    found,
    ids: await filesOf(repository, found, { tail, ...call }),
  });
  const records = walkBack(repository.ledger, at.revision, call);
  for await (const { found, ids } of mapInOrder(records, { limit: AHEAD, ...call, work })) {
    for (const id of ids) {
      for (const one of wanted.get(id) ?? []) origins.set(one, logEntry(found, tail.content.pins));
      wanted.delete(id);
    }
    if (wanted.size === 0 || ++looked === LOOK_BACK) break;
  }
  return origins;
}

/** Ids of the files that a revision brought; none where that is not known any more. */
async function filesOf(
  { ledger: { blobs } }: Repository,
  { signed: { record } }: FoundRecord,
  { tail, ...call }: CallOptions & { readonly tail: ReadRevision },
): Promise<readonly string[]> {
  if (record.files === null) return [];
  try {
    const files = await readBroughtFiles(blobs, record.files, call);
    return files.map(({ name, sha256 }) => fileId({ path: name, sha256 }));
  } catch (error) {
    if (isMissingBlob(error) && isCollected(tail, record.rev)) return [];
    throw error;
  }
}

function fileId({ path, sha256 }: WithFile): string {
  return `${sha256} ${path}`;
}
