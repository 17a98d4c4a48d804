/** Packages that came, went or changed, one a line. */
import type { PackageDifference } from '../repository/diff-revisions.ts';
import type { Palette } from './palette.ts';

const SIGN = { added: '+', removed: '-', changed: '~' } as const;

export function differenceLines(packages: readonly PackageDifference[], palette: Palette): readonly string[] {
  const paint = { added: palette.good, removed: palette.bad, changed: palette.warning };
  return packages.map(({ kind, name, version, architecture, channel, component }) =>
    paint[kind](`${SIGN[kind]} ${name} ${version} ${architecture}  ${channel}/${component}`),
  );
}
