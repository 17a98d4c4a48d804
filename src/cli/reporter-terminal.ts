/** Talk on a terminal: notes and warnings as lines, under them one line that shows what goes on. */

import type { ProgressEvent } from '../core/report-event.ts';
import { escapeControls, type Output } from './output.ts';
import type { Palette } from './palette.ts';
import { progressText } from './progress-text.ts';
import { warningLines } from './render-warning.ts';
import type { Reporter, ReporterTime } from './reporter.ts';

/** Often enough to look alive, and soon enough to be there within 100 ms. */
const FRAME_MS = 80;
const CLEAR_LINE = '\r\x1b[2K';

/** What the terminal reporter needs. */
export interface TerminalReporterOptions {
  readonly output: Output;
  readonly palette: Palette;
  readonly time: ReporterTime;
  /** Shown until the command says what it does: its name. */
  readonly idle: string;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
}

/** Draws the line 12 times a second however often it is told something. */
export function createTerminalReporter(options: TerminalReporterOptions): Reporter {
  const { output, palette } = options;
  const frames = options.unicode ? ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] : ['|', '/', '-', '\\'];
  let current: ProgressEvent = { type: 'progress', task: options.idle };
  let frame = 0;
  let drawn = false;
  let paused = false;

  const draw = () => {
    if (paused) return;
    const spinner = frames[frame++ % frames.length] ?? '';
    const room = Math.max(output.columns() - 3, 10);
    output.raw(`${CLEAR_LINE}${palette.code(spinner)} ${lineText(current, room, palette)}`);
    drawn = true;
  };
  const clear = () => {
    if (drawn) output.raw(CLEAR_LINE);
    drawn = false;
  };
  const above = (lines: readonly string[]) => {
    const again = drawn;
    clear();
    output.raw(`${lines.map(escapeControls).join('\n')}\n`);
    if (again) draw();
  };
  const stop = options.time.every(FRAME_MS, draw);

  return {
    report: (event) => {
      paused = false;
      if (event.type === 'progress') current = event;
      else if (event.type === 'note') above(event.message.split('\n'));
      else above(warningLines(event, palette));
    },
    pause: () => {
      clear();
      paused = true;
    },
    close: () => {
      stop();
      clear();
      paused = true;
    },
  };
}

/** The text that fits into `room` cells; the item is what is cut. */
function lineText(event: ProgressEvent, room: number, palette: Palette): string {
  const text = escapeControls(progressText(event)).slice(0, room);
  const rest = room - text.length - 1;
  if (event.item === undefined || rest < 8) return text;
  const item = [...escapeControls(event.item)];
  const shown = item.length > rest ? `…${item.slice(item.length - rest + 1).join('')}` : item.join('');
  return `${text} ${palette.faint(shown)}`;
}
