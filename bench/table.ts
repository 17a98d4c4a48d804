/** Renders rows as aligned text: columns of words to the left, columns whose cells are all figures to the right. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (row: readonly string[], column: number): string => row[column] ?? '';
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => cell(row, column).length)),
  );
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => isFigure(cell(row, column))));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) =>
        right[column] ? cell(row, column).padStart(width) : cell(row, column).padEnd(width),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** `0.34 s`, `12 ms`, `1/60`, `–`, or nothing. */
function isFigure(text: string): boolean {
  return /^(–|[≤<]?\s*[\d.,/×]+(\s?(s|ms|MiB|KiB|B|×))?)?$/.test(text);
}

/** Seconds with three digits that count: `103 s`, `9.01 s`, `0.345 s`, `34.5 ms`. */
export function formatSeconds(seconds: number): string {
  return seconds < 0.1 ? `${(seconds * 1000).toPrecision(3)} ms` : `${threeDigits(seconds)} s`;
}

/** A part of a peer's time as a fraction of one: `1/12.3`; more than the peer's as a factor: `1.35×`. */
export function formatRatio(ratio: number): string {
  return ratio < 0.5 ? `1/${threeDigits(1 / ratio)}` : `${threeDigits(ratio)}×`;
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
