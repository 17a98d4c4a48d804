/** A warning as lines: what it is, its stable code, and what to do. */

import type { WarningEvent } from '../core/report-event.ts';
import type { Palette } from './palette.ts';

export function warningLines(event: WarningEvent, palette: Palette): string[] {
  const [first = '', ...more] = event.message.split('\n');
  const lines = [
    `${palette.warning('Warning:')} ${first} ${palette.faint(`(${event.code})`)}`,
    ...more.map((line) => `  ${line}`),
  ];
  return event.hint === undefined ? lines : [...lines, ...event.hint.split('\n').map((line) => `  ${line}`)];
}
