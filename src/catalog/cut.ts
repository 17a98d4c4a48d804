/**
 * Where a run is cut into leaves, and its leaves into groups. Both are pure functions of the sorted packages: the same
 * packages give the same leaves in whatever order they came, and an edit moves cuts only until old and new ones meet.
 *
 * ```
 * packages  ····│··········│······│···················│·······│    │ a cut: the package before it hashes below a bound,
 * leaves     l0      l1       l2           l3             l4         or the leaf is full
 * groups    └──────── g0 ────────┘└────────── g1 ────────────┘     about 0.9 MiB: one block of an xz stream
 * ```
 */
import type { PackageRecord } from '../formats/format.ts';
import { encodeRecord } from './leaf.ts';
import { hashKey, type PackageKey } from './package-key.ts';

const LEAF_MIN_PACKAGES = 64;
const LEAF_MAX_PACKAGES = 512;
/** Past the minimum, one package in this many ends a leaf: 237 packages on average. */
const LEAF_ONE_IN = 192;
/** A leaf of packages with huge metadata is full sooner. */
const LEAF_MAX_BYTES = 1024 * 1024;

/**
 * Bytes of JSON, about a seventh more than those of the text: blocks of about 0.9 MiB, of much the same size. Smaller ones
 * are compressed sooner after an edit, and make the xz file larger: `docs/performance.md` has the table.
 */
const GROUP_MIN_BYTES = 832 * 1024;
const GROUP_MAX_BYTES = 1280 * 1024;
/** Past the minimum, one leaf in this many ends a group. */
const GROUP_ONE_IN = 2;

/** The packages of one leaf and their JSON lines. */
export interface LeafDraft {
  readonly records: readonly PackageRecord[];
  readonly lines: readonly string[];
  /** UTF-8 bytes of the lines, each with its newline. */
  readonly plainBytes: number;
}

/** Takes packages in order and gives a leaf whenever one is complete. */
export interface LeafCutter {
  /** True when no package waits for its leaf: the place where an old leaf can be kept as it is. */
  readonly atCut: boolean;
  push(record: PackageRecord): LeafDraft | undefined;
  /** What is left at the end of the run. */
  flush(): LeafDraft | undefined;
}

export function createLeafCutter(): LeafCutter {
  let records: PackageRecord[] = [];
  let lines: string[] = [];
  let plainBytes = 0;
  const flush = (): LeafDraft | undefined => {
    if (records.length === 0) return undefined;
    const draft = { records, lines, plainBytes };
    records = [];
    lines = [];
    plainBytes = 0;
    return draft;
  };
  return {
    get atCut() {
      return records.length === 0;
    },
    push(record) {
      const line = encodeRecord(record);
      records.push(record);
      lines.push(line);
      plainBytes += Buffer.byteLength(line) + 1;
      const isFull = records.length >= LEAF_MAX_PACKAGES || plainBytes >= LEAF_MAX_BYTES;
      const isCut = records.length >= LEAF_MIN_PACKAGES && hashKey(record) % LEAF_ONE_IN === 0;
      return isFull || isCut ? flush() : undefined;
    },
    flush,
  };
}

/** Joins neighbouring leaves of one run into groups. */
export function groupLeaves<L extends { readonly last: PackageKey; readonly plainBytes: number }>(
  leaves: readonly L[],
): L[][] {
  const groups: L[][] = [];
  let group: L[] = [];
  let bytes = 0;
  for (const leaf of leaves) {
    group.push(leaf);
    bytes += leaf.plainBytes;
    const isCut =
      bytes >= GROUP_MIN_BYTES && Math.floor(hashKey(leaf.last) / LEAF_ONE_IN) % GROUP_ONE_IN === 0;
    if (!isCut && bytes < GROUP_MAX_BYTES) continue;
    groups.push(group);
    group = [];
    bytes = 0;
  }
  return group.length > 0 ? [...groups, group] : groups;
}
