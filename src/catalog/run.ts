/**
 * A run: all packages of one channel, component and slot, as an ordered list of leaves. One blob; a publish that touches
 * one leaf writes that leaf and this list.
 */
import { arrayOf, field, num, text } from '../core/shape.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type BlobRef, type BlobStore, readBlobRef } from './blobs.ts';
import { getJson, putJson } from './json-blob.ts';
import type { RunLeaf } from './leaf-store.ts';
import { mayHoldName } from './name-filter.ts';
import { compareKeys, compareUtf8, describeKey, type PackageKey } from './package-key.ts';

export interface Run {
  readonly packages: number;
  /** Ascending; no two hold the same package. */
  readonly leaves: readonly RunLeaf[];
}

/** A run without packages. */
export const EMPTY_RUN: Run = { packages: 0, leaves: [] };

export function createRun(leaves: readonly RunLeaf[]): Run {
  return { packages: leaves.reduce((sum, leaf) => sum + leaf.packages, 0), leaves };
}

export function writeRun(blobs: BlobStore, run: Run, options?: CallOptions): Promise<BlobRef> {
  return putJson(blobs, { pakhus: 1, leaves: run.leaves }, options);
}

/** Errors: LEDGER_CORRUPT, and those of `Storage.read`. */
export function readRun(blobs: BlobStore, ref: BlobRef, options?: CallOptions): Promise<Run> {
  return getJson(blobs, ref, { ...options, what: 'run', read: parseRun });
}

/** The leaf into which `key` is to be put: the one that holds it, else the next one, else the last one. */
export function leafFor(run: Run, key: PackageKey): number {
  const index = lowerBound(run.leaves, (leaf) => compareKeys(leaf.last, key) < 0);
  return Math.min(index, run.leaves.length - 1);
}

/** Neighbouring leaves that may hold packages called `name`. */
export function leavesWithName(run: Run, name: string): readonly RunLeaf[] {
  const start = lowerBound(run.leaves, (leaf) => compareUtf8(leaf.last.name, name) < 0);
  const end = lowerBound(run.leaves, (leaf) => compareUtf8(leaf.first.name, name) <= 0);
  return run.leaves.slice(start, end);
}

/** Leaves that may hold a package with `name` among the names that the leaf store collected. */
export function leavesAbout(run: Run, name: string): readonly RunLeaf[] {
  return run.leaves.filter((leaf) => mayHoldName(leaf.names, name));
}

/** The first index whose item is not before; items that are before come first. */
function lowerBound<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function parseRun(value: unknown): Run {
  if (field(value, 'pakhus', num) !== 1) throw new TypeError('made by a newer pakhus');
  const leaves = field(value, 'leaves', arrayOf(runLeaf));
  let before: PackageKey | undefined;
  for (const leaf of leaves) {
    if (before && compareKeys(before, leaf.first) >= 0) throw outOfOrder(leaf.first);
    if (compareKeys(leaf.first, leaf.last) > 0) throw outOfOrder(leaf.last);
    before = leaf.last;
  }
  return createRun(leaves);
}

function outOfOrder(key: PackageKey): TypeError {
  return new TypeError(`${describeKey(key)} is out of order`);
}

function runLeaf(value: unknown): RunLeaf {
  return {
    blob: field(value, 'blob', readBlobRef),
    packages: field(value, 'packages', num),
    plainBytes: field(value, 'plainBytes', num),
    first: field(value, 'first', packageKey),
    last: field(value, 'last', packageKey),
    names: field(value, 'names', text),
  };
}

function packageKey(value: unknown): PackageKey {
  return {
    name: field(value, 'name', text),
    version: field(value, 'version', text),
    architecture: field(value, 'architecture', text),
  };
}
