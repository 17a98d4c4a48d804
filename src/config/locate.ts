/** From a path into the data to a place in the text. */
import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';

/** Line and column, from 1. */
export interface Position {
  readonly line: number;
  readonly col: number;
}

/** A parsed document and its lines. */
export interface Located {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Where the value at `path` is, or its key; where that is not in the text, the nearest thing around it. */
export function locate(
  { document, lines }: Located,
  path: readonly PropertyKey[],
  which: 'key' | 'value',
): Position {
  for (let length = path.length; length > 0; length--) {
    const offset = offsetOf(document, path.slice(0, length), which);
    if (offset !== undefined) return lines.linePos(offset);
  }
  return { line: 1, col: 1 };
}

/** The text of the scalar at `path` as it is written: `24.10`, which the data gives as 24.1. */
export function sourceOf({ document }: Located, path: readonly PropertyKey[]): string | undefined {
  const node = document.getIn(path, true);
  return isScalar(node) ? node.source : undefined;
}

function offsetOf(
  document: Document,
  path: readonly PropertyKey[],
  which: 'key' | 'value',
): number | undefined {
  const value = document.getIn(path, true);
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent) || (which === 'value' && startOf(value) !== undefined)) return startOf(value);
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  return startOf(pair?.key) ?? startOf(value);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
