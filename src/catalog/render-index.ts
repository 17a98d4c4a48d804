/**
 * Makes the files of one index from its runs.
 *
 * ```
 * leaves   l0 ── l1 ── l2 ── …        copied from a parent, or rendered and compressed
 *            └─ text ─▶ plain SHA-256        from the segment just rendered, or by inflating copied ones, some MiB at a time
 * groups   [l0 l1] [l2 …]             xz blocks: copied, or compressed from the leaves' texts, at the same time
 * files    head + segments + the text's tail + tail, whole SHA-256 ─▶ kept
 * ```
 */

import type { IndexPlan, Segment } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { BlobStore } from './blobs.ts';
import { callOf } from './call-of.ts';
import type { IndexEntry, IndexFile } from './catalog.ts';
import { groupLeaves } from './cut.ts';
import type { IndexFiles } from './index-files.ts';
import { createLeafParts } from './leaf-parts.ts';
import type { LeafStore } from './leaf-store.ts';
import { type MadeFile, madeFile, makeLeafwiseFiles, splicedEncodings } from './leafwise-files.ts';
import type { Loader } from './loader.ts';
import type { Parents } from './parents.ts';
import type { Run } from './run.ts';
import { runTogether } from './run-together.ts';
import { type BlockFacts, type LeafSegments, type SegmentTable, writeSegmentTable } from './segment-table.ts';
import { blockId, openSpliceSource } from './splice-source.ts';
import type { TextDigests } from './text-digests.ts';
import { makeXzBlocks } from './xz-blocks.ts';

/** What an index is made from. */
export interface IndexInput {
  readonly plan: IndexPlan;
  /** Those of the plan's slots that hold packages, in its order, each with the SHA-256 of its blob. */
  readonly runs: readonly { readonly run: Run; readonly sha256: string }[];
  readonly parents: Parents;
}

export interface IndexDeps extends CallOptions {
  /** Of the plan. */
  readonly segment: Segment;
  readonly leaves: LeafStore;
  readonly blobs: BlobStore;
  readonly files: IndexFiles;
  /** What indexes that are made together have in common. */
  readonly tables: Loader<SegmentTable>;
  readonly digests: TextDigests;
  /** xz blocks compressed at a time. */
  readonly parallel: number;
  readonly onBusy?: (() => void) | undefined;
}

/**
 * Makes and keeps the files of an index. In memory: its compressed files until they are written, and of its text a few
 * leaves (all of it when it is published as it is).
 * Errors: LEDGER_CORRUPT, and those of the storage.
 */
export async function renderIndex(input: IndexInput, deps: IndexDeps): Promise<IndexEntry> {
  const { path, component, slots, segment, encodings } = input.plan;
  const groups = input.runs.flatMap(({ run }) => groupLeaves(run.leaves));
  const hasXz = encodings.includes('xz');
  const spliced = splicedEncodings(encodings);
  const wish = {
    leaves: new Set(groups.flat().map((leaf) => leaf.blob.sha256)),
    blocks: new Set(hasXz ? groups.map(blockId) : []),
    spliced,
  };
  // A block takes longest, so a core is left to it: else the first segments would slow it down, and nothing be done at its end.
  const ahead = Math.max(1, hasXz ? deps.parallel - 1 : deps.parallel);
  const source = await openSpliceSource(input.parents, wish, deps);
  const { render, tail = () => new Uint8Array(0) } = deps.segment;
  const parts = createLeafParts({ ...deps, render, spliced, source });

  const keep = async ({ chunks, ...file }: MadeFile, call: CallOptions): Promise<IndexFile> =>
    chunks ? { ...file, from: await deps.files.write({ ...file, path, chunks }, call) } : file;
  const leafwise = async (
    call: CallOptions,
  ): Promise<{ files: IndexFile[]; leaves: readonly LeafSegments[] }> => {
    const keepsPlain = encodings.includes('plain');
    const runs = input.runs.map(({ run, sha256 }) => ({ sha256, leaves: run.leaves }));
    const { digests } = deps;
    const hashesPlain = deps.segment.hashesText !== false;
    const work = { segment, tail, parts, spliced, keepsPlain, hashesPlain, digests, ahead };
    const { files, leaves } = await makeLeafwiseFiles(runs, { ...call, ...work });
    const kept: IndexFile[] = [];
    for (const file of files) kept.push(await keep(file, call));
    return { files: kept, leaves };
  };
  const blockwise = async (
    call: CallOptions,
  ): Promise<{ files: IndexFile[]; blocks: readonly BlockFacts[] }> => {
    if (!hasXz) return { files: [], blocks: [] };
    const { blocks, chunks } = await makeXzBlocks(groups, {
      ...call,
      source,
      parts,
      tail,
      parallel: deps.parallel,
      onBusy: deps.onBusy,
    });
    return { files: [await keep(madeFile('xz', chunks), call)], blocks };
  };

  // Blocks take longest, so the first of them should not queue behind the segments.
  const [xz, { files, leaves }] = await runTogether(deps.signal, (signal) => [
    blockwise({ signal }),
    leafwise({ signal }),
  ]);
  const segments = { leaves, blocks: xz.blocks };
  const table = await writeSegmentTable(deps.blobs, segments, callOf(deps));
  deps.tables.add(table, segments);
  const runs = input.runs.map(({ sha256 }) => sha256);
  return { path, component, slots, segment, files: [...files, ...xz.files], runs, table };
}
