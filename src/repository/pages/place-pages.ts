/** Page files in the public folder. They are there before the revision that names them. */
import { sha256Hex } from '../../core/digest.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { PageFile } from '../../pages/page-files.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { holds, PACKAGE_HEADERS } from '../ingest/store-package.ts';
import type { Repository } from '../repository.ts';

/** Files that are written at a time. */
const PARALLEL = 8;

/** Writes files while the next are made. */
export interface PageWriter {
  /** Waits when too many are under way. */
  write(file: PageFile): Promise<void>;
  /** False, and some are not there: one of the names is being deleted. @throws STORE_* */
  finish(): Promise<boolean>;
}

export function createPageWriter(
  repository: Repository,
  { swept, ...call }: CallOptions & { readonly swept: ReadonlySet<string> },
): PageWriter {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let isSwept = false;
  return {
    async write(file) {
      isSwept ||= swept.has(file.path);
      if (isSwept || failures.length > 0) return;
      const work: Promise<void> = placePage(repository, file, call)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(work));
      running.add(work);
      if (running.size >= PARALLEL) await Promise.race(running);
    },
    async finish() {
      await Promise.all(running);
      if (failures.length > 0) throw failures[0];
      return !isSwept;
    },
  };
}

/** Puts one in place; other bytes at its name are replaced. @throws STORE_* */
export async function placePage(
  repository: Repository,
  file: PageFile,
  call: CallOptions = {},
): Promise<void> {
  const { path, bytes, contentType } = file;
  const headers = { ...call, cacheControl: PACKAGE_HEADERS.cacheControl, contentType };
  try {
    await repository.tree.write(path, bytes, { ...headers, ifAbsent: true });
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    if (!(await holdsPage(repository, file, call))) await repository.tree.write(path, bytes, headers);
  }
}

/** Whether a page is there, byte for byte. */
export function holdsPage(
  { tree }: Repository,
  { path, bytes }: PageFile,
  call: CallOptions = {},
): Promise<boolean> {
  return holds(tree, { path, sizeBytes: bytes.length, sha256: sha256Hex(bytes) }, call);
}
