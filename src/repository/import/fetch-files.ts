/** Package files from a web server to the same paths of the public folder. What is there already is not fetched again. */
import { callOf } from '../../catalog/call-of.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { BadEntry } from '../../formats/adoption.ts';
import type { PackageRecord } from '../../formats/format.ts';
import { PACKAGE_HEADERS } from '../ingest/store-package.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import type { GatheredPackage } from './gather-packages.ts';
import type { UrlSource } from './url-source.ts';

/** Downloads under way at once: more would be unkind to a server that is not one's own. */
const LANES = 4;

/** Fetches what is missing; gives what cannot be had. @throws NETWORK_FAILED after some attempts, STORE_* */
export async function fetchFiles(
  { tree }: Repository,
  { source, packages }: { readonly source: UrlSource; readonly packages: readonly GatheredPackage[] },
  { report, signal }: UseCaseOptions,
): Promise<readonly BadEntry[]> {
  const call = callOf({ signal });
  const files = [...new Map(packages.map(({ listed: { record } }) => [record.path, record])).values()];
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const bad: BadEntry[] = [];
  let done = 0;
  const work = async (file: PackageRecord): Promise<BadEntry | undefined> => {
    const { path, sizeBytes } = file;
    try {
      if (await isThere(path)) return undefined;
      const body = { sizeBytes, open: () => source.open(file) };
      await tree.write(path, body, { ...call, ...PACKAGE_HEADERS, ifAbsent: true });
      return undefined;
    } catch (error) {
      // Somebody was faster, or the answer got lost: the file is looked at again in any case.
      if (hasCode(error, 'STORE_CONFLICT')) return undefined;
      if (hasCode(error, 'PACKAGE_CHANGED', 'STORE_KEY_INVALID'))
        return { where: path, problem: error.message };
      throw error;
    } finally {
      done += sizeBytes;
      report({ type: 'progress', task: 'Fetching packages', done, total, unit: 'bytes', item: path });
    }
  };
  const isThere = async (path: string): Promise<boolean> => {
    try {
      await tree.stat(path, call);
      return true;
    } catch (error) {
      if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return false;
      throw error;
    }
  };
  for await (const found of mapInOrder(files, { limit: LANES, signal, work }))
    if (found !== undefined) bad.push(found);
  return bad;
}
