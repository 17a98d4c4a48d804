/** Which older revision some bytes are of. */
import { hasCode } from '../../core/pakhus-error.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { FoundRecord, Revision } from '../../ledger/log.ts';
import { readManifest } from '../../ledger/manifest.ts';
import { walkBack } from '../../ledger/walk-back.ts';
import type { CallOptions } from '../../storage/storage.ts';

/** Revisions that are looked through at most, from the newest back. */
const LIMIT = 1000;

/** A revision and when it was signed. */
interface DatedRevision {
  readonly rev: number;
  readonly signedAtMs: number;
}

/** An older file, and the revision that replaced it. */
export interface OlderFile {
  /** The last revision that had it. */
  readonly last: DatedRevision;
  readonly replacedBy: DatedRevision;
}

export interface PointerHistory {
  /** The pointer at `path` with these bytes; undefined when no revision before the newest is known to have had it. */
  find(path: string, sha256: string): Promise<OlderFile | undefined>;
}

interface KnownPointers extends DatedRevision {
  /** Digests by path. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Reads older revisions when it is asked, each one once. */
export function pointerHistory(ledger: Ledger, tail: Revision, options: CallOptions = {}): PointerHistory {
  const known: KnownPointers[] = [];
  const older = olderPointers(ledger, tail, options);
  const at = async (index: number): Promise<KnownPointers | undefined> => {
    if (index === known.length) {
      const { value } = await older.next();
      if (value !== undefined) known.push(value);
    }
    return known[index];
  };
  return {
    async find(path, sha256) {
      for (let index = 1; index < LIMIT; index++) {
        const [replacedBy, last] = [await at(index - 1), await at(index)];
        if (replacedBy === undefined || last === undefined) return undefined;
        if (last.digests.get(path) === sha256) return { last: dated(last), replacedBy: dated(replacedBy) };
      }
      return undefined;
    },
  };
}

function dated({ rev, signedAtMs }: DatedRevision): DatedRevision {
  return { rev, signedAtMs };
}

/** The newest revision and those before it. Ends where the log is damaged, which `pakhus verify` tells. */
async function* olderPointers(
  ledger: Ledger,
  tail: Revision,
  options: CallOptions,
): AsyncGenerator<KnownPointers, undefined> {
  try {
    for await (const found of walkBack(ledger, tail, options)) yield await pointersOf(ledger, found, options);
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_UNTRUSTED')) throw error;
  }
}

/** Of a revision that was collected, nothing is known but its date. */
async function pointersOf(
  { blobs }: Ledger,
  { signed: { record } }: FoundRecord,
  options: CallOptions,
): Promise<KnownPointers> {
  const { rev, signedAtMs } = record;
  try {
    const { pointers } = await readManifest(blobs, record, options);
    return { rev, signedAtMs, digests: new Map(pointers.map(({ path, sha256 }) => [path, sha256])) };
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT')) throw error;
    return { rev, signedAtMs, digests: new Map() };
  }
}
