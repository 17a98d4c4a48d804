import { PakhusError } from '../core/pakhus-error.ts';

/** ARCHIVE_CORRUPT: `name` does not follow its format. `reason`: what was expected and what was found. */
export function archiveCorrupt(name: string, reason: string, cause?: unknown): PakhusError {
  return new PakhusError('ARCHIVE_CORRUPT', `${name} is corrupt: ${reason}`, {
    hint: 'Build or download the file again.',
    details: { name },
    cause,
  });
}

/** ARCHIVE_TRUNCATED: `name` ends before its end. */
export function archiveTruncated(name: string, reason: string, cause?: unknown): PakhusError {
  return new PakhusError('ARCHIVE_TRUNCATED', `${name} is truncated: ${reason}`, {
    hint: 'Build or download the file again.',
    details: { name },
    cause,
  });
}

/** ARCHIVE_TOO_LARGE: `what` in `name` is more than `limit`. */
export function archiveTooLarge(name: string, excess: { what: string; limit: number }): PakhusError {
  return new PakhusError('ARCHIVE_TOO_LARGE', `${name} is too large: ${excess.what} over ${excess.limit}`, {
    details: { name, limit: excess.limit },
  });
}
