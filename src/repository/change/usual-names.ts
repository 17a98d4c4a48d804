/** Plain files at their usual names: pointers, written before the index that tells their digests. */
import { callOf } from '../../catalog/call-of.ts';
import { type Catalog, type CatalogChannel, runEntryOf } from '../../catalog/catalog.ts';
import type { Format } from '../../formats/format.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Repository } from '../repository.ts';

/** Before all other pointers. */
const PHASE = -1;

/** Those of a channel, all at once. */
export async function usualNames(
  repository: Repository,
  at: {
    readonly catalog: Catalog;
    readonly channel: CatalogChannel;
    readonly format: Pick<Format, 'plainFiles' | 'contentType'>;
    readonly rev: number;
  } & CallOptions,
): Promise<readonly PointerEntry[]> {
  const { catalog, channel, format, rev } = at;
  const { plainFiles } = format;
  if (plainFiles === undefined) return [];
  const { runs, leaves } = repository.catalog;
  const entries: PointerEntry[] = [];
  for (const { path: indexPath, segment, component } of channel.indexes) {
    if (segment !== plainFiles.segment) continue;
    const run = runEntryOf(catalog, { channel: channel.name, component, slot: plainFiles.slot });
    if (run === undefined) continue;
    for (const leaf of (await runs.load(run.ref, callOf(at))).leaves) {
      for (const record of await leaves.read(leaf, callOf(at))) {
        const { sizeBytes, sha256 } = record;
        const path = plainFiles.usualPath(record, indexPath);
        const contentType = format.contentType(path);
        const from = { tree: record.path };
        entries.push({ path, sizeBytes, sha256, from, contentType, since: rev, phase: PHASE, lane: path });
      }
    }
  }
  return entries;
}
