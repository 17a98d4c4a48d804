/** Packages that came, went or changed, one a line. */
import type { PackageDifference } from '../repository/history/diff-revisions.ts';
import type { Palette } from './palette.ts';
import { formatCount } from './quantities.ts';

const SIGN = { added: '+', removed: '-', changed: '~' } as const;

/** `most`: how many lines at most; default: all. */
export function differenceLines(
  packages: readonly PackageDifference[],
  { palette, most = packages.length }: { readonly palette: Palette; readonly most?: number },
): readonly string[] {
  const paint = { added: palette.good, removed: palette.bad, changed: palette.warning };
  const lines = packages
    .slice(0, most)
    .map(({ kind, name, version, architecture, channel, component }) =>
      paint[kind](`${SIGN[kind]} ${name} ${version} ${architecture}  ${channel}/${component}`),
    );
  const more = packages.length - lines.length;
  return more === 0 ? lines : [...lines, `… and ${formatCount(more)} more, which --json has`];
}
