/** What doctor says of one thing. */
import { PakhusError } from '../../core/pakhus-error.ts';

export interface Diagnosis {
  /** What was looked at. */
  readonly check: string;
  readonly verdict: 'good' | 'warning' | 'bad';
  /** What was found. */
  readonly finding: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
  /** Names this kind of finding, for programs; of a code of errors where an error is the finding. */
  readonly code?: string;
}

export function good(check: string, finding: string): Diagnosis {
  return { check, verdict: 'good', finding };
}

export function warning(check: string, finding: string, remedy: string, code?: string): Diagnosis {
  return { check, verdict: 'warning', finding, remedy, ...(code !== undefined && { code }) };
}

export function bad(check: string, finding: string, remedy: string, code?: string): Diagnosis {
  return { check, verdict: 'bad', finding, remedy, ...(code !== undefined && { code }) };
}

/** Turns errors that a user can cause into findings. */
export async function guarded(
  check: string,
  work: () => Promise<readonly Diagnosis[]>,
  code?: string,
): Promise<readonly Diagnosis[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PakhusError)) throw error;
    return [
      bad(
        check,
        error.message,
        error.hint ?? 'Correct what is named, or run this where it is in order.',
        code ?? error.code,
      ),
    ];
  }
}

/** `3 s`, `5 min`, `2 h`, `4 days`: the largest unit that is whole. */
export function showSpan(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
