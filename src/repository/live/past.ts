/** Which older revision some bytes are of. */
import { hasCode } from '../../core/pakhus-error.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type Revision, readRecord } from '../../ledger/log.ts';
import { readManifest } from '../../ledger/manifest.ts';
import type { CallOptions } from '../../storage/storage.ts';

/** Revisions that are looked through at most, from the newest back. */
const LIMIT = 1000;

/** A revision and when it was signed. */
export interface PastRevision {
  readonly rev: number;
  readonly signedAtMs: number;
}

/** An older file, and the revision that replaced it. */
export interface PastFile {
  /** The last revision that had it. */
  readonly last: PastRevision;
  readonly replacedBy: PastRevision;
}

export interface Past {
  /** The pointer at `path` with these bytes; undefined when no revision that is still there had it. */
  find(path: string, sha256: string): Promise<PastFile | undefined>;
}

interface PastPointers extends PastRevision {
  /** Digests by path. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Reads older revisions when it is asked, each one once. What is believed of them follows from the newest one. */
export function openPast(ledger: Ledger, tail: Revision, options: CallOptions = {}): Past {
  const known: PastPointers[] = [pointersOf(tail)];
  const revisions = walkBack(ledger, tail, options);
  const next = async (): Promise<PastPointers | undefined> => {
    const { value, done } = await revisions.next();
    if (done === true || known.length > LIMIT) return undefined;
    known.push(value);
    return value;
  };
  return {
    async find(path, sha256) {
      for (let at = 1; ; at++) {
        const one = known[at] ?? (await next());
        const replacedBy = known[at - 1];
        if (one === undefined || replacedBy === undefined) return undefined;
        if (one.digests.get(path) === sha256)
          return { last: { rev: one.rev, signedAtMs: one.signedAtMs }, replacedBy };
      }
    },
  };
}

function pointersOf({ signed, manifest }: Pick<Revision, 'signed' | 'manifest'>): PastPointers {
  const { rev, signedAtMs } = signed.record;
  return { rev, signedAtMs, digests: new Map(manifest.pointers.map(({ path, sha256 }) => [path, sha256])) };
}

/** The parents of a revision, each one the very record that its child names. Ends where one is gone or is another. */
async function* walkBack(ledger: Ledger, tail: Revision, options: CallOptions): AsyncGenerator<PastPointers> {
  let child = tail.signed.record;
  while (child.rev > 1) {
    try {
      const { signed, digest } = await readRecord(ledger, child.rev - 1, options);
      if (digest !== child.parent) return;
      child = signed.record;
      yield await readPointers(ledger, signed, options);
    } catch (error) {
      if (!hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_UNTRUSTED', 'STORE_OBJECT_NOT_FOUND')) throw error;
      return;
    }
  }
}

/** Of a revision that was collected, nothing is known but its date. */
async function readPointers(
  { blobs }: Ledger,
  signed: Revision['signed'],
  options: CallOptions,
): Promise<PastPointers> {
  try {
    return pointersOf({ signed, manifest: await readManifest(blobs, signed.record, options) });
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT')) throw error;
    const { rev, signedAtMs } = signed.record;
    return { rev, signedAtMs, digests: new Map() };
  }
}
