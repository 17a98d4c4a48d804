/**
 * SHA-256 of the text of indexes. Several of one edit begin alike (the packages for `all`, then those of an architecture), so
 * the state after each run is kept, and no text is hashed, nor inflated for it, twice.
 */
import { createSha256, type Sha256 } from '../core/digest.ts';

/** The digest of an index's text so far. */
export interface TextDigest {
  /** How many of the index's runs it covers. */
  readonly runs: number;
  readonly sizeBytes: number;
  readonly state: Sha256;
}

export interface TextDigests {
  /** The digest of as many of the first runs of an index as any index before began with; none: of nothing. */
  longest(segment: string, runs: readonly string[]): TextDigest;
  /** Keeps the digest of the first `digest.runs` of these runs. */
  keep(segment: string, runs: readonly string[], digest: TextDigest): void;
}

/** `segment`: the format's name of how packages are rendered; runs: SHA-256 of their blobs. */
export function createTextDigests(): TextDigests {
  const known = new Map<string, TextDigest>();
  const nameOf = (segment: string, runs: readonly string[]): string => [segment, ...runs].join();
  return {
    longest(segment, runs) {
      for (let count = runs.length; count > 0; count--) {
        const found = known.get(nameOf(segment, runs.slice(0, count)));
        if (found) return { ...found, state: found.state.copy() };
      }
      return { runs: 0, sizeBytes: 0, state: createSha256() };
    },
    keep(segment, runs, digest) {
      const name = nameOf(segment, runs.slice(0, digest.runs));
      known.set(name, { ...digest, state: digest.state.copy() });
    },
  };
}
