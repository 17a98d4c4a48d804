/** Asking again what failed for the moment: connections that break, and servers that say "not now". */
import type { Clock } from '../core/clock.ts';
import { mayPass } from './network-error.ts';
import type { UrlReader } from './url-reader.ts';

export interface RetryOptions {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** How often something is tried that keeps failing. Default: 4. */
  readonly attempts?: number;
  /** Called before each further attempt. */
  readonly onRetry?: () => void;
}

export const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Whoever says "later than this" is believed, and not waited for. */
const LONGEST_RETRY_AFTER_MS = 300_000;

const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The last answer, or the last error, is the caller's. Bodies are not looked at: see `download`. */
export function withRetries(read: UrlReader, options: RetryOptions): UrlReader {
  const { clock, attempts = ATTEMPTS } = options;
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      let waitMs = 0;
      try {
        const answer = await read(request);
        if (attempt >= attempts || !PASSING_STATUS.has(answer.status)) return answer;
        waitMs = readRetryAfter(answer.headers['retry-after'], clock.now());
        if (waitMs > LONGEST_RETRY_AFTER_MS) return answer;
        answer.discard();
      } catch (error) {
        if (attempt >= attempts || !mayPass(error)) throw error;
      }
      options.onRetry?.();
      await clock.sleep(Math.max(waitMs, pauseMs(attempt, options)), request.signal);
    }
  };
}

/** Twice as long after each failure, and half of it by chance, so that many who failed at once do not come back at once. */
export function pauseMs(failures: number, { random }: Pick<RetryOptions, 'random'>): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return longest / 2 + (random() * longest) / 2;
}

/** Seconds, or a date (RFC 9110, 10.2.3); what is neither asks for nothing. */
function readRetryAfter(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - nowMs);
}
