/** Counting by reason. */
import type { Verdict } from './classify.ts';

/** Objects that are there for the same reason. */
export interface Share extends Verdict {
  readonly files: number;
  readonly sizeBytes: number;
}

export interface Tally {
  /** True when what is counted may go. */
  add(verdict: Verdict, counted: { readonly files?: number; readonly sizeBytes: number }): boolean;
  shares(): readonly Share[];
}

export function createTally(): Tally {
  const shares = new Map<string, Share>();
  return {
    add({ kind, reason }, { files = 1, sizeBytes }) {
      const key = `${reason} ${kind}`;
      const before = shares.get(key) ?? { files: 0, sizeBytes: 0 };
      shares.set(key, { kind, reason, files: before.files + files, sizeBytes: before.sizeBytes + sizeBytes });
      return reason === 'collectable';
    },
    shares: () => [...shares.values()],
  };
}
