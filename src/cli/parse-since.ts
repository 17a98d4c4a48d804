import { PakhusError } from '../core/pakhus-error.ts';

const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** Reads `2026-11-20`, `2026-11-20T08:00:00Z` or an age, `12h`, `7d`, `2w`: milliseconds since 1970. @throws CLI_USAGE */
export function parseSince(text: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
  if (unit === 'h' || unit === 'd' || unit === 'w') return nowMs - Number(count) * UNIT_MS[unit];
  const dateMs = /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(dateMs)) return dateMs;
  throw new PakhusError('CLI_USAGE', `--since takes a date or an age, found '${text}'`, {
    hint: 'Such as 2026-11-20, 2026-11-20T08:00:00Z, 12h, 7d or 2w.',
  });
}
