import type { Measurement } from './measure.ts';
import { type Sample, sampleOf } from './median.ts';

/** Collects measurements by contestant and work. */
export interface Recorder {
  /** Notes what `work` of `contestant` took, and says so when it was long. */
  record(contestant: string, work: string, measurement: Measurement): void;
  /** By `contestant/work`, in the order in which they first came. */
  samples(): Map<string, Sample>;
}

const WORTH_A_LINE = 0.1;

/** A recorder that tells `log` one line per measurement. */
export function createRecorder(log: (line: string) => void): Recorder {
  const runs = new Map<string, Measurement[]>();
  return {
    record: (contestant, work, measurement) => {
      const key = `${contestant}/${work}`;
      runs.set(key, [...(runs.get(key) ?? []), measurement]);
      if (measurement.wallSeconds >= WORTH_A_LINE) log(`${key}: ${measurement.wallSeconds.toFixed(3)} s`);
    },
    samples: () => new Map([...runs].map(([key, measured]) => [key, sampleOf(measured)])),
  };
}
