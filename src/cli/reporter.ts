/**
 * Talk: what happens while a command works. It goes to stderr; what a command found goes to stdout (see `main.ts`).
 *
 * ```
 *                       ┌ terminal ─▶ one line that is drawn again, notes above it      reporter-terminal.ts
 * report(event) ──────▶ ┤ pipe, CI ─▶ lines are only added; quiet in the first second   reporter-plain.ts
 *                       └ --json   ─▶ one JSON object a line                            reporter-json.ts
 * ```
 *
 * The use cases hand events to a callback; they never print.
 */

import type { ReportEvent } from '../core/report-event.ts';

/** Takes events, shows them in its own way. */
export interface Reporter {
  report(event: ReportEvent): void;
  /** Takes the progress line away, so that something else can be written; it comes back with the next event. */
  pause(): void;
  /** The command is over: nothing is drawn afterwards. */
  close(): void;
}

/** Time for a reporter: handed in, so that tests own it. */
export interface ReporterTime {
  now(): number;
  /** Calls `tick` every `ms` milliseconds without keeping the process alive; gives the function that ends it. */
  every(ms: number, tick: () => void): () => void;
}

/** The machine's time. */
export function systemReporterTime(): ReporterTime {
  return {
    now: () => Date.now(),
    every: (ms, tick) => {
      const timer = setInterval(tick, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
