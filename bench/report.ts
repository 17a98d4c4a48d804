import { availableParallelism, cpus } from 'node:os';
import type { BenchResult } from './bench.ts';
import { BUDGET_HEAD, type BudgetRow, judge, renderBudgetRow } from './budgets.ts';
import type { Comparison } from './equivalence.ts';
import type { Sample } from './median.ts';
import type { BenchOptions } from './options.ts';
import { formatSeconds, renderTable } from './table.ts';

const SHOWN_DIFFERENCES = 5;

/** The result for people: the budgets, every figure, what was checked, what was left out. */
export function renderReport(result: BenchResult, options: BenchOptions): string {
  const budgets = renderTable(BUDGET_HEAD, judge(result).map(renderBudgetRow));
  const head = ['work', 'wall', 'from … to', 'cpu', 'peak', 'runs'];
  const figures = renderTable(
    head,
    [...result.samples].map(([key, sample]) => renderSample(key, sample)),
  );
  const [before, after] = result.calibration;
  return [
    `${options.count} packages, ${options.small} in the small repository; ${machine()}`,
    ...(options.quick
      ? ['A quick run: the budgets are for the full size, read nothing into the results.']
      : []),
    budgets,
    figures,
    [
      ...result.comparisons.map(renderComparison),
      ...(result.brokenFiles === undefined ? [] : [renderFiles(result.brokenFiles)]),
      ...result.skipped.map((line) => `skipped: ${line}`),
      `calibration: ${before.toFixed(3)} s of processor time before, ${after.toFixed(3)} s after`,
    ].join('\n'),
  ].join('\n\n');
}

/** The same for programs. */
export function reportData(result: BenchResult, options: BenchOptions): unknown {
  const budgets: readonly BudgetRow[] = judge(result);
  return {
    options,
    machine: machine(),
    budgets,
    samples: Object.fromEntries(result.samples),
    sizeRatios: Object.fromEntries(result.sizeRatios),
    comparisons: result.comparisons,
    brokenFiles: result.brokenFiles,
    skipped: result.skipped,
    calibration: result.calibration,
  };
}

/** Whether the repositories hold the same packages, fields and files; only figures of equal work can be compared. */
export function isEquivalent(result: BenchResult): boolean {
  const same = result.comparisons.every(
    ({ found }) => found.onlyOurs.length + found.onlyTheirs.length + found.fields.length === 0,
  );
  return same && (result.brokenFiles ?? []).length === 0;
}

function renderSample(key: string, sample: Sample): string[] {
  return [
    key,
    formatSeconds(sample.wallSeconds),
    sample.runs === 1 ? '–' : sample.range.map(formatSeconds).join(' … '),
    sample.cpuSeconds === undefined ? '–' : `${sample.cpuSeconds.toFixed(2)} s`,
    sample.peakMiB === undefined ? '–' : `${sample.peakMiB.toFixed(0)} MiB`,
    String(sample.runs),
  ];
}

function renderComparison({ peer, when, found }: Comparison): string {
  const { both, ours, theirs } = found.packages;
  const lines = [
    ...found.onlyOurs.map((key) => `only in pakhus: ${key}`),
    ...found.onlyTheirs.map((key) => `only in ${peer}: ${key}`),
    ...found.fields.map(
      (field) => `${field.package}, ${field.field}: ${field.ours ?? 'none'} | ${field.theirs ?? 'none'}`,
    ),
  ];
  const more = lines.length > SHOWN_DIFFERENCES ? [`and ${lines.length - SHOWN_DIFFERENCES} more`] : [];
  const title = `pakhus and ${peer} after ${when}: ${ours} and ${theirs} packages, ${both} in both, `;
  const verdict = lines.length === 0 ? 'all fields the same' : `${lines.length} differences`;
  return [
    title + verdict,
    ...[...lines.slice(0, SHOWN_DIFFERENCES), ...more].map((line) => `  ${line}`),
  ].join('\n');
}

function renderFiles(broken: readonly string[]): string {
  if (broken.length === 0) return 'files of pakhus that its index names: there, with their size and SHA-256';
  return ['files of pakhus that its index names:', ...broken.slice(0, SHOWN_DIFFERENCES)].join('\n  ');
}

function machine(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
}
