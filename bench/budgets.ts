/**
 * The budgets: what pakhus may take, beside what a peer takes in the same run. Every row of the table is one of them.
 */
import type { Sample } from './median.ts';
import { formatRatio, formatSeconds } from './table.ts';

/** What was measured: figures by contestant and work (`reprepro-gz/add-one`), and sizes. */
export interface Figures {
  readonly samples: ReadonlyMap<string, Sample>;
  /** Bytes of an index of ours over bytes of the reference tool's output for the same text; by encoding. */
  readonly sizeRatios: ReadonlyMap<string, number>;
}

/** A line of the table. Seconds, MiB or plain factors, as `unit` says. */
export interface BudgetRow {
  readonly work: string;
  readonly peer: string;
  readonly unit: 'seconds' | 'MiB' | 'factor';
  /** Undefined: not measured, or the budget has no peer. */
  readonly peerValue: number | undefined;
  readonly ourValue: number | undefined;
  /** Ours over the peer's; undefined where either is missing. */
  readonly ratio: number | undefined;
  /** The same of processor time, that a busy machine disturbs less; no budget is held against it. */
  readonly cpuRatio: number | undefined;
  readonly budget: string;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

const FULL = 'publish all into nothing: gz + xz';
const FULL_GZ = 'publish all into nothing: gz';
const ADD = 'add one: gz + xz';

/** Work, our figure, the peer's figure, the peer's title, the largest ratio. */
const RATIO_BUDGETS: readonly (readonly [string, string, string, string, number])[] = [
  [FULL, 'pakhus/full', 'reprepro-gz-xz/full', 'reprepro gz + xz', 1 / 3],
  [FULL, 'pakhus/full', 'aptly/full', 'aptly gz + bz2', 1 / 8],
  [FULL_GZ, 'pakhus-gz/full', 'reprepro-gz/full', 'reprepro gz', 1],
  [FULL_GZ, 'pakhus-gz/full', 'apt-ftparchive/full', 'apt-ftparchive, scan only', 2],
  [ADD, 'pakhus/add-one', 'reprepro-gz-xz/add-one', 'reprepro gz + xz', 1 / 60],
  [ADD, 'pakhus/add-one', 'aptly/add-one', 'aptly gz + bz2', 1 / 20],
  [ADD, 'pakhus/add-one', 'reprepro-gz/add-one', 'reprepro gz', 1 / 3],
  ['opkg: a feed of 1,000 from nothing', 'pakhus/opkg', 'make-index/opkg', 'ipkg-make-index.sh', 1 / 20],
  ['opkg: one more in it', 'pakhus/opkg-one-more', 'make-index/opkg', 'ipkg-make-index.sh', 1 / 20],
  ['wpkg: an index of 1,000 from nothing', 'pakhus/wpkg', 'create-index/wpkg', 'wpkg --create-index', 10],
  ['wpkg: one more in it', 'pakhus/wpkg-one-more', 'create-index/wpkg-one-more', 'wpkg --create-index', 2],
  ['pacman: one more in 300', 'pakhus/pacman-300', 'repo-add/pacman-300', 'repo-add', 2],
  ['pacman: one more in 5,000', 'pakhus/pacman-5000', 'repo-add/pacman-5000', 'repo-add', 1 / 3],
  ['pacman: one more in 15,000', 'pakhus/pacman-15000', 'repo-add/pacman-15000', 'repo-add', 1 / 10],
  ['add one: growth with the repository', 'pakhus/add-one', 'pakhus-small/add-one', 'pakhus, small', 4],
];

const PEAK_MIB = 300;
const SIZE_BUDGETS = [
  ['gzip', 'Packages.gz', 'gzip -9', 1.03],
  ['xz', 'Packages.xz', 'xz -6', 1.12],
] as const;
const VERSION_SECONDS = 0.06;
/** Of processor time, for the whole command. */
const CHECK_SECONDS = 2;

/** Holds `figures` against every budget. */
export function judge(figures: Figures): BudgetRow[] {
  const wall = (key: string): number | undefined => figures.samples.get(key)?.wallSeconds;
  const cpu = (key: string): number | undefined => figures.samples.get(key)?.cpuSeconds;
  const ratios = RATIO_BUDGETS.map(([work, our, their, peer, limit]): BudgetRow => {
    const ratio = divide(wall(our), wall(their));
    const cpuRatio = divide(cpu(our), cpu(their));
    const values = { unit: 'seconds', peerValue: wall(their), ourValue: wall(our), ratio, cpuRatio } as const;
    return { work, peer, ...values, budget: `≤ ${budgetRatio(limit)}`, verdict: verdict(ratio, limit) };
  });
  return [...ratios, peakRow(figures), ...sizeRows(figures), checkRow(cpu), versionRow(wall)];
}

/** The cells of a row, as in {@link BUDGET_HEAD}. */
export function renderBudgetRow(row: BudgetRow): string[] {
  const show = (value: number | undefined): string =>
    value === undefined ? '–' : formatValue(row.unit, value);
  const part = (ratio: number | undefined): string => (ratio === undefined ? '–' : formatRatio(ratio));
  return [
    row.work,
    row.peer,
    show(row.peerValue),
    show(row.ourValue),
    part(row.ratio),
    part(row.cpuRatio),
    row.budget,
    row.verdict,
  ];
}

/** Titles of the table's columns. */
export const BUDGET_HEAD: readonly string[] = [
  'work',
  'peer',
  'peer',
  'pakhus',
  'ratio',
  'of cpu',
  'budget',
  'result',
];

function peakRow({ samples }: Figures): BudgetRow {
  const peaks = [...samples].flatMap(([key, sample]) => (isOurs(key) ? (sample.peakMiB ?? []) : []));
  const ourValue = peaks.length > 0 ? Math.max(...peaks) : undefined;
  return {
    work: 'peak memory of all of these',
    ...alone('MiB', ourValue),
    budget: `≤ ${PEAK_MIB} MiB`,
    verdict: verdict(ourValue, PEAK_MIB),
  };
}

function sizeRows({ sizeRatios }: Figures): BudgetRow[] {
  return SIZE_BUDGETS.map(([encoding, file, peer, limit]) => {
    const value = sizeRatios.get(encoding);
    return {
      work: `size of ${file}`,
      ...alone('factor', value),
      peer,
      budget: `≤ ${limit}×`,
      verdict: verdict(value, limit),
    };
  });
}

function checkRow(cpu: (key: string) => number | undefined): BudgetRow {
  const ourValue = cpu('pakhus/check-all');
  return {
    work: 'gate: check all, processor time',
    ...alone('seconds', ourValue),
    budget: `≤ ${formatSeconds(CHECK_SECONDS)}`,
    verdict: verdict(ourValue, CHECK_SECONDS),
  };
}

function versionRow(wall: (key: string) => number | undefined): BudgetRow {
  const [pakhus, node] = [wall('pakhus/version'), wall('node/nothing')];
  const over = pakhus === undefined || node === undefined ? undefined : pakhus - node;
  return {
    work: 'pakhus --version, over bare node',
    ...alone('seconds', over),
    budget: `≤ ${formatSeconds(VERSION_SECONDS)}`,
    verdict: verdict(over, VERSION_SECONDS),
  };
}

function alone(
  unit: BudgetRow['unit'],
  ourValue: number | undefined,
): Pick<BudgetRow, 'peer' | 'unit' | 'peerValue' | 'ourValue' | 'ratio' | 'cpuRatio'> {
  return { peer: '–', unit, peerValue: undefined, ourValue, ratio: undefined, cpuRatio: undefined };
}

function isOurs(key: string): boolean {
  return /^pakhus\b/.test(key);
}

function divide(ours: number | undefined, theirs: number | undefined): number | undefined {
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}

function verdict(value: number | undefined, limit: number): BudgetRow['verdict'] {
  if (value === undefined) return 'not measured';
  return value <= limit ? 'met' : 'missed';
}

function budgetRatio(limit: number): string {
  return limit < 1 ? `1/${Math.round(1 / limit)}` : `${limit}×`;
}

function formatValue(unit: BudgetRow['unit'], value: number): string {
  if (unit === 'seconds') return formatSeconds(value);
  return unit === 'MiB' ? `${value.toFixed(0)} MiB` : `${value.toFixed(3)}×`;
}
