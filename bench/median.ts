import type { Measurement } from './measure.ts';

/** Several runs of the same work. */
export interface Sample {
  readonly runs: number;
  /** Medians. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number | undefined;
  /** The largest of all runs. */
  readonly peakMiB: number | undefined;
  /** Shortest and longest wall time. */
  readonly range: readonly [number, number];
}

/** The middle value; of an even number, the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** Sums up `runs`, at least one. */
export function sampleOf(runs: readonly Measurement[]): Sample {
  const walls = runs.map((run) => run.wallSeconds);
  const cpus = runs.flatMap((run) => run.cpuSeconds ?? []);
  const peaks = runs.flatMap((run) => run.peakMiB ?? []);
  return {
    runs: runs.length,
    wallSeconds: median(walls),
    cpuSeconds: cpus.length > 0 ? median(cpus) : undefined,
    peakMiB: peaks.length > 0 ? Math.max(...peaks) : undefined,
    range: [Math.min(...walls), Math.max(...walls)],
  };
}
