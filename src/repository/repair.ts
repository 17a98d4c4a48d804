/** Mending what can be mended without a signing key: pointers are copied again, damaged indexes are rendered again from their leaves. */
import { rerenderIndex } from '../catalog/edit-catalog.ts';
import { createIndexFiles } from '../catalog/index-files.ts';
import { createLeafStore } from '../catalog/leaf-store.ts';
import { formatByName } from '../formats/table.ts';
import { publishTail } from '../ledger/publish.ts';
import { holds } from './ingest/store-package.ts';
import { openTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

export interface RepairResult {
  /** The revision that clients see now. */
  readonly rev: number;
  /** Index files that were rendered again. */
  readonly rendered: readonly string[];
  /** Pointers that were written. */
  readonly written: readonly string[];
}

/** Needs no key. @throws REPOSITORY_NOT_FOUND, LEDGER_*, STORE_* */
export async function repairRepository(
  repository: Repository,
  options: UseCaseOptions,
): Promise<RepairResult> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const tail = await openTail(repository, call);
  const { catalog } = tail.content;
  const { blobs, state } = repository.ledger;
  const format = formatByName(catalog.settings.format);
  const files = createIndexFiles({ tree: repository.tree, state, blobs, format });
  const rendered: string[] = [];
  for (const channel of catalog.channels) {
    for (const index of channel.indexes) {
      options.report({ type: 'progress', task: `Checking ${index.path}` });
      const damaged: string[] = [];
      for (const { from, sizeBytes, sha256 } of index.files) {
        if (from === undefined || !('tree' in from)) continue;
        if (!(await holds(repository.tree, { path: from.tree, sizeBytes, sha256 }, call)))
          damaged.push(from.tree);
      }
      if (damaged.length === 0) continue;
      await rerenderIndex(catalog, index, {
        channel: channel.name,
        format,
        blobs,
        leaves: createLeafStore(blobs),
        files,
        ...call,
      });
      rendered.push(...damaged);
    }
  }
  const published = await publishTail(repository.ledger, call);
  return { rev: published.rev, rendered, written: published.written };
}
