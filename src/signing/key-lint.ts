/** Something about a key that its owner should act on; signing goes on all the same. */
export interface KeyLint {
  /** Stable name, `key-<reason>`. */
  readonly code: string;
  /** What it is, from when on it matters, and what to do. No secrets. */
  readonly message: string;
}
