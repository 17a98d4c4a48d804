/** For each number below `count` (default: all that there are), the indexes of the lists that hold it, ascending. */
export function invertLists(
  lists: readonly (readonly number[])[],
  count: number = highest(lists) + 1,
): readonly (readonly number[])[] {
  const sizes = new Uint32Array(count);
  for (const list of lists) for (const value of list) sizes[value] = (sizes[value] ?? 0) + 1;
  // Of the right size from the start: lists that grow take several times the memory.
  const inverted = Array.from(sizes, (size): number[] => (size === 0 ? NOTHING : new Array(size)));
  const filled = new Uint32Array(count);
  for (const [index, list] of lists.entries()) {
    for (const value of list) {
      const at = filled[value] ?? 0;
      const own = inverted[value];
      if (own !== undefined) own[at] = index;
      filled[value] = at + 1;
    }
  }
  return inverted;
}

function highest(lists: readonly (readonly number[])[]): number {
  let most = -1;
  for (const list of lists) for (const value of list) if (value > most) most = value;
  return most;
}

const NOTHING: number[] = [];
