/** Talk into a pipe, a file or a CI log: lines are only added, and few. */

import type { ProgressEvent } from '../core/report-event.ts';
import { escapeControls, type Output } from './output.ts';
import type { Palette } from './palette.ts';
import { progressText } from './progress-text.ts';
import { warningLines } from './render-warning.ts';
import type { Reporter, ReporterTime } from './reporter.ts';

/** A command that is done by then says nothing: `pakhus list | wc` stays quiet. */
const QUIET_MS = 1_000;
/** A long task shows this often that it is alive. */
const AGAIN_MS = 10_000;

/** What the plain reporter needs. */
export interface PlainReporterOptions {
  readonly output: Output;
  readonly palette: Palette;
  readonly time: ReporterTime;
}

/** One line when a task runs longer than a second, then one every ten seconds. */
export function createPlainReporter({ output, palette, time }: PlainReporterOptions): Reporter {
  const startedMs = time.now();
  let current: ProgressEvent | undefined;
  let lastTask: string | undefined;
  let lastMs = startedMs;

  const add = (lines: readonly string[]) => output.raw(`${lines.map(escapeControls).join('\n')}\n`);
  const look = () => {
    const now = time.now();
    if (current === undefined || now - startedMs < QUIET_MS) return;
    if (current.task === lastTask && now - lastMs < AGAIN_MS) return;
    lastTask = current.task;
    lastMs = now;
    add([progressText(current)]);
  };
  const stop = time.every(QUIET_MS, look);

  return {
    report: (event) => {
      if (event.type === 'note') add(event.message.split('\n'));
      else if (event.type === 'warning') add(warningLines(event, palette));
      else {
        current = event;
        look();
      }
    },
    pause: () => {},
    close: stop,
  };
}
