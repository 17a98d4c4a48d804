/** Bounded work: relations may be written so that no program decides them in a lifetime. */
export interface Effort {
  /** Notes that `steps` were done; false from the moment when all are used up. */
  spend(steps: number): boolean;
  /** Whether all are used up. */
  readonly isSpent: boolean;
}

export function createEffort(steps: number): Effort {
  let left = steps;
  return {
    spend(count) {
      left -= count;
      return left >= 0;
    },
    get isSpent() {
      return left < 0;
    },
  };
}
