/** Mending what can be mended without a signing key: pointers are copied again, damaged indexes are rendered again from their leaves. */
import type { Catalog, CatalogChannel, IndexEntry } from '../../catalog/catalog.ts';
import { createCatalogReader } from '../../catalog/catalog-reader.ts';
import { rerenderIndex } from '../../catalog/edit-catalog.ts';
import { createIndexFiles } from '../../catalog/index-files.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { formatByName } from '../../formats/table.ts';
import { stalePointers } from '../../ledger/publish.ts';
import { readBytes } from '../../storage/read-all.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { type CompanionOf, companionsBetween, hasCompanion, placeCompanion } from '../change/companions.ts';
import type { Content, ReadRevision } from '../change/content.ts';
import { publishNewest } from '../change/publish-newest.ts';
import { holds } from '../ingest/store-package.ts';
import { checkPages } from '../pages/check-pages.ts';
import { placePage } from '../pages/place-pages.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';

export interface RepairResult {
  /** The revision that clients see now; on a dry run the newest one. */
  readonly rev: number;
  /** Index files that were rendered again. */
  readonly rendered: readonly string[];
  /** Blobs that were put back from the public file of which they are the copy, and files that belong to packages, and pages. */
  readonly restored: readonly string[];
  /** Pointers that were written. */
  readonly written: readonly string[];
}

/**
 * Needs no key. A dry run tells what it would do.
 * @throws REPOSITORY_NOT_FOUND, LEDGER_CORRUPT when something cannot be made again, LEDGER_*, STORE_*
 */
export async function repairRepository(
  repository: Repository,
  options: UseCaseOptions & { readonly dryRun: boolean },
): Promise<RepairResult> {
  const { dryRun, report, signal } = options;
  const call = signal === undefined ? {} : { signal };
  const tail = await openTail(repository, call);
  const { catalog } = tail.content;
  const rendered: string[] = [];
  for (const channel of catalog.channels) {
    for (const index of channel.indexes) {
      report({ type: 'progress', task: `Checking ${index.path}` });
      const damaged = await damagedFiles(repository, index, call);
      if (damaged.length > 0 && !dryRun)
        await renderAgain(repository, { catalog, channel, index, damaged }, call);
      rendered.push(...damaged.map(({ path }) => path));
    }
  }
  const restored = [
    ...(await restoreBlobs(repository, tail, { dryRun, ...call })),
    ...(await restoreCompanions(repository, catalog, { dryRun, ...call })),
    ...(await restorePages(repository, tail.content, { dryRun, ...call })),
  ];
  if (dryRun) {
    const { rev } = tail.revision.signed.record;
    return { rev, rendered, restored, written: await stalePointers(repository.ledger, tail.revision, call) };
  }
  const { rev, written } = await publishNewest(repository, options);
  return { rev, rendered, restored, written };
}

interface IndexFileAt {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

async function damagedFiles(
  { tree }: Repository,
  index: IndexEntry,
  call: CallOptions,
): Promise<readonly IndexFileAt[]> {
  const damaged: IndexFileAt[] = [];
  for (const { from, sizeBytes, sha256 } of index.files) {
    if (from === undefined || !('tree' in from)) continue;
    const file = { path: from.tree, sizeBytes, sha256 };
    if (!(await holds(tree, file, call))) damaged.push(file);
  }
  return damaged;
}

async function renderAgain(
  { tree, ledger: { blobs, state } }: Repository,
  work: {
    readonly catalog: Catalog;
    readonly channel: CatalogChannel;
    readonly index: IndexEntry;
    readonly damaged: readonly IndexFileAt[];
  },
  call: CallOptions,
): Promise<void> {
  const { catalog, channel, index, damaged } = work;
  const format = formatByName(catalog.settings.format);
  await rerenderIndex(catalog, index, {
    channel: channel.name,
    format,
    ...createCatalogReader(blobs),
    files: createIndexFiles({ tree, state, blobs, format }),
    ...call,
  });
  for (const file of damaged) {
    if (await holds(tree, file, call)) continue;
    throw new PakhusError(
      'LEDGER_CORRUPT',
      `${tree.name}/${file.path} cannot be made again: this machine compresses otherwise than the one that made it`,
      {
        hint: 'Repair on that machine, or publish another package to that channel: its index is made anew.',
        details: { path: file.path, expected: file.sha256 },
      },
    );
  }
}

/** Copies of packages, and what belongs to them. */
async function restoreCompanions(
  repository: Repository,
  catalog: Catalog,
  { dryRun, ...call }: CallOptions & { readonly dryRun: boolean },
): Promise<readonly string[]> {
  const format = formatByName(catalog.settings.format);
  const missing: CompanionOf[] = [];
  for await (const one of companionsBetween(repository, {
    format,
    before: undefined,
    after: catalog,
    ...call,
  }))
    if (!(await hasCompanion(repository, one, call))) missing.push(one);
  if (!dryRun) for (const one of missing) await placeCompanion(repository, one, call);
  return missing.map(({ companion }) => companion.path);
}

async function restorePages(
  repository: Repository,
  content: Content,
  { dryRun, ...call }: CallOptions & { readonly dryRun: boolean },
): Promise<readonly string[]> {
  const { damaged } = await checkPages(repository, content, call);
  if (!dryRun) for (const page of damaged) await placePage(repository, page, call);
  return damaged.map(({ path }) => path);
}

/** Signed files are kept twice, so that a pointer can be written again without a key; one copy mends the other. */
async function restoreBlobs(
  { tree, ledger: { state } }: Repository,
  { revision }: ReadRevision,
  { dryRun, ...call }: CallOptions & { readonly dryRun: boolean },
): Promise<readonly string[]> {
  const restored: string[] = [];
  for (const { path, from, sizeBytes, sha256 } of revision.manifest.pointers) {
    if (!('blob' in from)) continue;
    const copy = { path: from.blob, sizeBytes, sha256 };
    if (await holds(state, copy, call)) continue;
    if (!(await holds(tree, { path, sizeBytes, sha256 }, call))) continue;
    if (!dryRun)
      await state.write(from.blob, await readBytes(tree, path, { ...call, limitBytes: sizeBytes }), call);
    restored.push(from.blob);
  }
  return restored;
}
