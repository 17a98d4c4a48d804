import { PakhusError } from '../../core/pakhus-error.ts';

/** The error of a repository that is not taken over. */
export function refused(
  message: string,
  { hint, details = {} }: { readonly hint: string; readonly details?: Readonly<Record<string, unknown>> },
): PakhusError {
  return new PakhusError('IMPORT_REFUSED', message, { hint, details });
}
