/** What a use case says while it works. Use cases never print: they hand these to a callback. */

/** `type` tells them apart, also in the JSON form, where fields are only ever added. */
export type ReportEvent = ProgressEvent | NoteEvent | WarningEvent;

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

/** Takes events. */
export type Report = (event: ReportEvent) => void;
