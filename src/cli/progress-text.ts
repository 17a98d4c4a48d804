/** A progress event in words. */

import type { ProgressEvent } from '../core/report-event.ts';
import { formatCount, formatSize } from './quantities.ts';

/** `Reading packages: 12,000 of 63,440 (18 %)`; just the task where nothing is counted. */
export function progressText(event: ProgressEvent): string {
  const { task, done, total } = event;
  if (done === undefined) return task;
  const format = event.unit === 'bytes' ? formatSize : formatCount;
  if (total === undefined || total < done) return `${task}: ${format(done)}`;
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  return `${task}: ${format(done)} of ${format(total)} (${percent} %)`;
}
