/** Before the change, after it: bits, so that one thing can be on both sides. */
export const BEFORE = 1;
export const AFTER = 2;
export type Side = typeof BEFORE | typeof AFTER;
