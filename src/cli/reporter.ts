/**
 * Talk: what happens while a command works. It goes to stderr; what a command found goes to stdout (see `main.ts`).
 *
 * ```
 *                       ┌ terminal ─▶ one line that is drawn again, notes above it      reporter-terminal.ts
 * report(event) ──────▶ ┤ pipe, CI ─▶ lines are only added; quiet in the first second   reporter-plain.ts
 *                       └ --json   ─▶ one JSON object a line                            reporter-json.ts
 * ```
 *
 * The use cases report through a callback of this shape; they never print.
 */

/** What a use case can say. `type` tells them apart, also in the JSON form, where fields are only ever added. */
type ReportEvent = ProgressEvent | NoteEvent | WarningEvent;

/** A task goes on. A new `task` ends the one before. */
export interface ProgressEvent {
  readonly type: 'progress';
  /** What is being done: `Reading packages`. */
  readonly task: string;
  readonly done?: number;
  readonly total?: number;
  /** What `done` counts. Default `items`. */
  readonly unit?: 'items' | 'bytes';
  /** What it is at: a file name. */
  readonly item?: string;
}

/** Worth a line, and nothing is wrong. */
interface NoteEvent {
  readonly type: 'note';
  readonly message: string;
}

/** Something a person should look at; the command goes on. */
export interface WarningEvent {
  readonly type: 'warning';
  /** Stable name, such as a lint's. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

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
