/** How long files stay after the last index that names them was replaced. */
import type { RepositorySettings } from '../../formats/format.ts';

const DAY_MS = 24 * 3_600_000;
const DEFAULT_DAYS = 14;

/** The repository's own, in milliseconds. */
export function graceOf({ graceDays = DEFAULT_DAYS }: RepositorySettings): number {
  return graceDays * DAY_MS;
}
