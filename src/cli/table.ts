/** Rows as aligned lines. */
import { stripVTControlCharacters } from 'node:util';

/** How a column is set. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. Default `left`. */
  readonly align?: 'left' | 'right';
}

/**
 * Lines with the columns two spaces apart, titles first, nothing after the last word of a line. Without rows: no lines.
 * Cells may hold colours; they count as no width.
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const all = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) =>
    all.reduce((most, row) => Math.max(most, width(row[index] ?? '')), 0),
  );
  return all.map((row) =>
    columns
      .map((column, index) => {
        const cell = row[index] ?? '';
        const padding = ' '.repeat((widths[index] ?? 0) - width(cell));
        return column.align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

function width(cell: string): number {
  return cell.includes('\x1b') ? stripVTControlCharacters(cell).length : cell.length;
}
