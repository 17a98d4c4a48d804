/** What lies in a store and why, as people read it. */
import type { ObjectKind, Reason } from '../repository/collect/classify.ts';
import type { Share } from '../repository/collect/tally.ts';
import { formatCount, formatSize } from './quantities.ts';
import { renderTable } from './table.ts';

/** A line of the table: objects that are there for one of these reasons. */
interface Line {
  readonly title: string;
  readonly reasons: readonly Reason[];
  readonly kinds?: readonly ObjectKind[];
}

const LINES: readonly Line[] = [
  { title: 'newest revision: packages', reasons: ['current'], kinds: ['package'] },
  { title: 'newest revision: indexes and signatures', reasons: ['current'], kinds: ['index'] },
  { title: 'newest revision: pages', reasons: ['current'], kinds: ['page'] },
  { title: 'ledger', reasons: ['current'], kinds: ['ledger'] },
  { title: 'kept: grace, last three changes', reasons: ['grace'] },
  { title: 'kept: pinned', reasons: ['pinned'] },
  { title: 'open proposals', reasons: ['open'] },
  { title: 'in no revision', reasons: ['unnamed'] },
  { title: 'not made by pakhus', reasons: ['foreign'] },
  { title: 'can go: packages', reasons: ['collectable'], kinds: ['package'] },
  { title: 'can go: indexes and signatures', reasons: ['collectable'], kinds: ['index'] },
  { title: 'can go: pages', reasons: ['collectable'], kinds: ['page'] },
  { title: 'can go: ledger', reasons: ['collectable'], kinds: ['ledger'] },
  { title: 'can go: proposals', reasons: ['collectable'], kinds: ['proposal'] },
];

/** Lines of a table; a reason that nothing is there for has none. */
export function storageLines(shares: readonly Share[]): readonly string[] {
  const rows = LINES.map(({ title, reasons, kinds }) => {
    const own = shares.filter((one) => reasons.includes(one.reason) && (kinds?.includes(one.kind) ?? true));
    return { title, ...sumOf(own) };
  }).filter(({ files }) => files > 0);
  const columns = [
    { title: 'Why it is there' },
    { title: 'Files', align: 'right' as const },
    { title: 'Size', align: 'right' as const },
  ];
  return renderTable(
    columns,
    rows.map(({ title, files, sizeBytes }) => [title, formatCount(files), formatSize(sizeBytes)]),
  ).map((line) => `  ${line}`);
}

/** How much may go. */
export function collectableOf(shares: readonly Share[]): {
  readonly files: number;
  readonly sizeBytes: number;
} {
  return sumOf(shares.filter(({ reason }) => reason === 'collectable'));
}

function sumOf(shares: readonly Share[]): { readonly files: number; readonly sizeBytes: number } {
  return {
    files: shares.reduce((sum, one) => sum + one.files, 0),
    sizeBytes: shares.reduce((sum, one) => sum + one.sizeBytes, 0),
  };
}
