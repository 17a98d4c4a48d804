/** The xz file of an index: one stream, one block per group of leaves, copied or compressed. */

import { xzBlock, xzHead, xzTail } from '../codec/xz-splice.ts';
import { sha256Hex } from '../core/digest.ts';
import { releaseBytes } from '../core/release-bytes.ts';
import type { CallOptions } from '../storage/storage.ts';
import { callOf } from './call-of.ts';
import type { LeafPartsSource } from './leaf-parts.ts';
import type { RunLeaf } from './leaf-store.ts';
import { mapInOrder } from './map-in-order.ts';
import { runTogether } from './run-together.ts';
import type { BlockFacts } from './segment-table.ts';
import { blockId, type SpliceSource, type XzBlockPart } from './splice-source.ts';

/** 2 % fewer bytes than 5, for a quarter more time: `encodeXz` has the table. */
const PRESET = 6;

/** The blocks' facts and the whole file. `parallel`: blocks compressed at a time. */
export async function makeXzBlocks(
  groups: readonly (readonly RunLeaf[])[],
  deps: CallOptions & {
    readonly source: SpliceSource;
    readonly parts: LeafPartsSource;
    /** What follows so many bytes of text. */
    readonly tail: (plainBytes: number) => Uint8Array;
    readonly parallel: number;
    readonly onBusy?: (() => void) | undefined;
  },
): Promise<{ readonly blocks: readonly BlockFacts[]; readonly chunks: readonly Uint8Array[] }> {
  const { source, parallel, signal } = deps;
  const call = callOf({ signal });
  const made = new Map<string, XzBlockPart>();
  const ids = new Map(groups.map((group) => [blockId(group), group]));

  const compress = async ([id, group]: readonly [string, readonly RunLeaf[]]): Promise<void> => {
    const texts = await deps.parts.texts(group, call);
    const plain = Buffer.concat(texts);
    deps.parts.release(texts);
    const block = xzBlock(plain, { preset: PRESET });
    deps.onBusy?.();
    const { bytes, ...sizes } = await block;
    releaseBytes(plain);
    const facts = { leaves: group.length, sizeBytes: bytes.length, sha256: sha256Hex(bytes), ...sizes };
    made.set(id, { facts, bytes });
  };
  const copy = async ([id]: readonly [string, readonly RunLeaf[]]): Promise<void> => {
    const block = await source.block(id);
    if (block) made.set(id, block);
  };

  const [copyable, missing] = partition([...ids], ([id]) => source.hasBlock(id));
  await runTogether(signal, (signal) => [
    drain(mapInOrder(missing, { limit: parallel, signal, work: compress })),
    drain(mapInOrder(copyable, { limit: 1, signal, work: copy })),
  ]);
  const damaged = copyable.filter(([id]) => !made.has(id));
  await drain(mapInOrder(damaged, { limit: parallel, signal, work: compress }));

  const parts = groups.flatMap((group) => made.get(blockId(group)) ?? []);
  const blocks = parts.map((block) => block.facts);
  const end = deps.tail(blocks.reduce((sum, { plainBytes }) => sum + plainBytes, 0));
  const last = end.length === 0 ? [] : [await xzBlock(end, { preset: PRESET })];
  const chunks = [...parts, ...last].map(({ bytes }) => bytes);
  return { blocks, chunks: [xzHead(), ...chunks, xzTail([...blocks, ...last])] };
}

async function drain(results: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of results);
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const groups = Map.groupBy(items, test);
  return [groups.get(true) ?? [], groups.get(false) ?? []];
}
