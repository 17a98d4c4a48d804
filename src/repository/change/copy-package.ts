/** A package file at another place of the public folder. */
import { hasCode } from '../../core/pakhus-error.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { holds, PACKAGE_HEADERS } from '../ingest/store-package.ts';
import type { Repository } from '../repository.ts';
import { sweeping } from './change-errors.ts';
import { rejected } from './terms.ts';

/**
 * Copies it to the first of `paths` that is free or has these very bytes, and says which one that is. Other bytes stay as they are.
 * @throws INTENT_REJECTED when there is none, LEDGER_SWEEPING when one is being deleted, STORE_*
 */
export async function copyPackage(
  { tree }: Repository,
  record: PackageRecord,
  {
    paths,
    swept,
    ...call
  }: CallOptions & { readonly paths: readonly string[]; readonly swept: ReadonlySet<string> },
): Promise<string> {
  for (const path of paths) {
    if (swept.has(path)) throw sweeping(path);
    try {
      await tree.copy(record.path, path, { ...call, ...PACKAGE_HEADERS, ifAbsent: true });
      return path;
    } catch (error) {
      if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    }
    const { sizeBytes, sha256 } = record;
    if (await holds(tree, { path, sizeBytes, sha256 }, call)) return path;
  }
  throw rejected(`${paths.join(' and ')} have other bytes than ${record.path}`);
}
