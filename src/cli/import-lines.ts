/** What `pakhus import` says. */
import type { ImportResult } from '../repository/import/import-repository.ts';
import type { Loss } from '../repository/import/losses.ts';
import type { Palette } from './palette.ts';
import { formatNumberOf, formatSize } from './quantities.ts';

/** Packages and files of one kind that are named; the others are counted. */
const SHOWN = 20;

/** What `pakhus import` answers. */
export interface Imported extends ImportResult {
  readonly repository: string;
  readonly tree: string;
  /** The URL; null: it lay in the store. */
  readonly from: string | null;
  /** The pakhus.yaml that was written. */
  readonly file: string | null;
  /** Lines that the pakhus.yaml that is there should have. */
  readonly toConfigure: readonly string[];
  readonly keys: string;
  readonly dryRun: boolean;
}

export function importLines(result: Imported, palette: Palette): readonly string[] {
  const { repository, outcome, rev, dryRun, tree, bad, leftChannels, leftFiles, losses, channels, file } =
    result;
  const count = formatNumberOf(result.packages, 'package');
  const wrote = [...(file === null ? [] : [`Wrote ${file}.`]), ...configLines(result.toConfigure)];
  if (outcome === 'already')
    return [`${repository} is a repository of pakhus already: revision ${rev}, ${count}.`, ...wrote];
  const suites = channels.map(
    ({ name, components, architectures, packages }) =>
      `  ${name}: ${formatNumberOf(packages, 'package')}; ${components.join(' ')}; ${architectures.join(' ') || 'all'}`,
  );
  const size = formatSize(result.sizeBytes);
  const lines = [
    ...badLines(bad).map((line, index) => (index === 0 ? palette.bad(line) : line)),
    ...lossLines(losses, result),
    ...(leftChannels.length === 0
      ? []
      : [`Not taken over, and left as they are: ${leftChannels.join(', ')}`]),
    ...leftLines(leftFiles),
  ];
  if (dryRun) {
    const needsYes = result.from === null && losses.some(({ isGrave }) => isGrave) ? ' It needs --yes.' : '';
    return [
      ...suites,
      ...lines,
      ...wrote,
      `Would take over ${count}, ${size}.${needsYes} Nothing was changed.`,
    ];
  }
  return [
    palette.good(`Took over ${count}, ${size}, as ${repository}, revision ${rev}.`),
    ...suites,
    ...lines,
    `${palette.faint('At')}      ${tree}`,
    `${palette.faint('Signed')}  by ${result.signers.join(', ')}; keep a copy of ${result.keys} in a safe place`,
    ...wrote,
    ...(result.from === null ? ['Let the web server refuse paths with /.pakhus/ in them.'] : []),
    result.from === null
      ? `Next: stop what wrote there so far, then ${palette.code(`pakhus publish FILE --to ${repository}`)}`
      : `Clients ${palette.code(`pakhus client ${repository}`)}`,
  ];
}

function configLines(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [
    'pakhus.yaml says something else. `pakhus apply` would change it; to keep what is there, write:',
    ...lines,
  ];
}

function badLines(bad: Imported['bad']): readonly string[] {
  if (bad.length === 0) return [];
  return [
    `${formatNumberOf(bad.length, 'package')} left out:`,
    ...bad.slice(0, SHOWN).map(({ where, problem }) => `  ${where}: ${problem}`),
    ...(bad.length > SHOWN ? [`  and ${bad.length - SHOWN} more`] : []),
  ];
}

export function lossLines(
  losses: readonly Loss[],
  { from }: Pick<Imported, 'from'> = { from: null },
): readonly string[] {
  if (losses.length === 0) return [];
  return [
    from === null
      ? 'Clients do not get these from pakhus; their files stay where they are:'
      : 'Not taken over:',
    ...losses.map(({ channel, what }) => `  ${channel === undefined ? '' : `${channel}: `}${what}`),
  ];
}

function leftLines(files: readonly string[]): readonly string[] {
  if (files.length === 0) return [];
  return [
    `${formatNumberOf(files.length, 'package file')} that no index names, left as they are:`,
    ...files.slice(0, SHOWN).map((path) => `  ${path}`),
    ...(files.length > SHOWN ? [`  and ${files.length - SHOWN} more`] : []),
  ];
}
