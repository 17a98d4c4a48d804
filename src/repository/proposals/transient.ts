/** Trouble that may be over in a moment, for those who have time. */
import type { ErrorCode } from '../../core/error-codes.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { Report } from '../../core/report-event.ts';

const TRANSIENT: readonly ErrorCode[] = [
  'LEDGER_CONFLICT',
  'LEDGER_SWEEPING',
  'NETWORK_FAILED',
  'STORE_FULL',
  'STORE_LOCKED',
  'STORE_UNAVAILABLE',
];

/** Runs work that is done again and again: transient trouble is told, once as long as it lasts, and gives undefined. */
export type Patiently = <T>(work: () => Promise<T>) => Promise<{ readonly value: T } | undefined>;

export function createPatience(report: Report): Patiently {
  let told: string | undefined;
  return async (work) => {
    try {
      const value = await work();
      told = undefined;
      return { value };
    } catch (error) {
      if (!hasCode(error, ...TRANSIENT)) throw error;
      const { code, message, hint } = error;
      if (told !== message) report({ type: 'warning', code, message, ...(hint && { hint }) });
      told = message;
      return undefined;
    }
  };
}
