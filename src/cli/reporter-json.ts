/** Talk for programs: every event is one JSON object on a line of its own (NDJSON). */
import type { Output } from './output.ts';
import type { Reporter, ReporterTime } from './reporter.ts';
import { toJson } from './to-json.ts';

/** Progress of one task is repeated at most this often; its first and its last event always come. */
const PROGRESS_MS = 1_000;

/** What the JSON reporter needs. */
export interface JsonReporterOptions {
  readonly output: Output;
  readonly time: ReporterTime;
}

/** Writes events as they are. */
export function createJsonReporter({ output, time }: JsonReporterOptions): Reporter {
  let lastTask: string | undefined;
  let lastMs = 0;
  return {
    report: (event) => {
      if (event.type === 'progress') {
        const isLast = event.done !== undefined && event.done === event.total;
        if (event.task === lastTask && !isLast && time.now() - lastMs < PROGRESS_MS) return;
        lastTask = event.task;
        lastMs = time.now();
      }
      output.raw(`${toJson(event)}\n`);
    },
    pause: () => {},
    close: () => {},
  };
}
