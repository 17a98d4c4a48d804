/** Pages about the packages of a revision: what is new since the one before, or all of them. */
import { type Catalog, runEntryOf } from '../../catalog/catalog.ts';
import type { RunLeaf } from '../../catalog/leaf-store.ts';
import { EMPTY_RUN, type Run } from '../../catalog/run.ts';
import type { Format } from '../../formats/format.ts';
import { renderLeafPages, renderRunPage } from '../../pages/list-page.ts';
import {
  type Assets,
  type LeafPages,
  listPath,
  type PageFile,
  planLeafPages,
} from '../../pages/page-files.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Repository } from '../repository.ts';
import type { PagesContent, RunPages } from './pages-content.ts';

/** A revision with pages of the same look, from which what did not change is taken over. */
export interface EarlierPages {
  readonly catalog: Catalog;
  readonly pages: PagesContent;
}

export interface PackagePagesInput extends CallOptions {
  readonly catalog: Catalog;
  readonly format: Format;
  readonly assets: Assets;
  readonly earlier: EarlierPages | undefined;
}

/** The pages that lead to the packages of each run; those that `earlier` has not are handed to `write` before. */
export async function makePackagePages(
  repository: Repository,
  input: PackagePagesInput,
  write: (file: PageFile) => Promise<void>,
): Promise<readonly RunPages[]> {
  const { catalog, format, assets, earlier, ...call } = input;
  const { look } = assets;
  const { runs, leaves } = repository.catalog;
  const context = { repository: repository.name, format, assets };
  const made = new Set<string>();

  const load = async (entry: ReturnType<typeof runEntryOf>): Promise<Run> =>
    entry === undefined ? EMPTY_RUN : runs.load(entry.ref, call);
  const planLeaf = async (leaf: RunLeaf): Promise<LeafPages> => {
    const records = await leaves.read(leaf, { ...call, keep: false });
    return planLeafPages({ leaf: leaf.blob.sha256, records }, look);
  };
  const makeLeaf = async (leaf: RunLeaf, known: ReadonlySet<string>): Promise<void> => {
    const { sha256 } = leaf.blob;
    if (made.has(sha256)) return;
    made.add(sha256);
    for (const file of renderLeafPages(await planLeaf(leaf), { ...context, known })) await write(file);
  };
  const makeLeaves = async (before: Run, after: Run): Promise<void> => {
    const [gone, fresh] = [without(before, after), without(after, before)];
    const known = new Set<string>();
    // Where a leaf was edited, most of its sheets are there already.
    for (const leaf of gone) for (const { path } of (await planLeaf(leaf)).sheets) known.add(path);
    for (const leaf of fresh) await makeLeaf(leaf, known);
  };

  const all: RunPages[] = [];
  for (const entry of catalog.runs) {
    const { channel, component, slot, ref } = entry;
    const known = earlier?.pages.runs.find((one) => one.run === ref.sha256);
    if (known !== undefined) {
      all.push({ ...known, channel, component, slot });
      continue;
    }
    const run = await load(entry);
    const before = await load(earlier && runEntryOf(earlier.catalog, entry));
    await makeLeaves(before, run);
    const listed = run.leaves.map((leaf) => ({ ...leaf, path: listPath(leaf.blob.sha256, look) }));
    const [first, second] = listed;
    if (first === undefined) throw new Error(`the run of ${channel}/${component}/${slot} is empty`);
    let { path } = first;
    if (second !== undefined) {
      const page = renderRunPage(listed, context);
      await write(page);
      path = page.path;
    }
    all.push({ channel, component, slot, run: ref.sha256, path });
  }
  return all;
}

/** Leaves of `run` that `other` has not. */
function without(run: Run, other: Run): readonly RunLeaf[] {
  const digests = new Set(other.leaves.map(({ blob }) => blob.sha256));
  return run.leaves.filter(({ blob }) => !digests.has(blob.sha256));
}
