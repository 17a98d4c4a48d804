import type { ReadRevision } from '../change/content.ts';

/** Something that is not as it should be. */
export interface Finding {
  readonly area: 'log' | 'blob' | 'package' | 'index' | 'pointer' | 'page' | 'signature';
  /** Where: a path or key. */
  readonly path: string;
  readonly problem: string;
  /** A command, or what to do. */
  readonly remedy: string;
}

/** One part of a verification: reads the revision, adds what it finds. */
export interface Check {
  readonly tail: ReadRevision;
  readonly findings: Finding[];
}

/** What to do about an object that nothing can make again. */
export const FROM_BACKUP = 'Restore it from a backup or another copy of the store.';
