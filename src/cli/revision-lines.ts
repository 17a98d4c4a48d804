/** One revision, in lines. */
import type { RevisionDetails } from '../repository/history/revision-details.ts';
import type { View } from './command.ts';
import { differenceLines } from './difference-lines.ts';
import { formatDate } from './quantities.ts';
import { settingLines } from './setting-lines.ts';

/** Packages of a revision that are listed. */
const MOST_LINES = 100;

export function revisionLines(
  one: RevisionDetails,
  { repository, view: { palette } }: { readonly repository: string; readonly view: View },
): readonly string[] {
  const { rev, dateMs, author, message, keyId, keyName, pins, proposals, rejected, difference } = one;
  const pinned = pins.map((name) => name ?? 'without a name').join(', ');
  return [
    palette.strong(`revision ${rev} of ${repository}`),
    `  ${message}`,
    `  by ${author}, ${formatDate(dateMs)}`,
    palette.faint(`  signed by the ledger key ${keyId}${keyName === keyId ? '' : ` of ${keyName}`}`),
    ...(pins.length === 0 ? [] : [`  pinned ${pinned}`]),
    ...proposals.map((ref) => palette.faint(`  done: ${ref}`)),
    ...rejected.map(({ ref, reason }) => palette.warning(`  refused: ${ref}: ${reason}`)),
    ...(difference === null
      ? ['', 'What it changed is not known any more: it was collected, or the revision before it.']
      : apart([
          ...settingLines(difference.settings),
          ...differenceLines(difference.packages, { palette, most: MOST_LINES }),
        ])),
  ];
}

function apart(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}
