import type { ReadOptions } from './storage.ts';

/** First byte, and the one after the last, of what `range` names in an object of `sizeBytes`. RangeError on nonsense. */
export function clampRange(
  sizeBytes: number,
  range: ReadOptions['range'],
): { readonly start: number; readonly end: number } {
  if (range === undefined) return { start: 0, end: sizeBytes };
  const { offset, length } = range;
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(`no range of bytes: offset ${offset}, length ${length}`);
  }
  return { start: Math.min(offset, sizeBytes), end: Math.min(offset + length, sizeBytes) };
}
