/** Who changed what, and when. */
import { readRecord } from '../ledger/log.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import type { CallOptions } from '../storage/storage.ts';
import { openTail } from './read-repository.ts';
import type { Repository } from './repository.ts';

export interface LogEntry {
  readonly rev: number;
  /** The signed date, milliseconds since 1970. */
  readonly dateMs: number;
  readonly author: string;
  readonly message: string;
  /** Id of the ledger key that signed it. */
  readonly keyId: string;
  /** Proposals that were done and refused. */
  readonly done: number;
  readonly rejected: readonly { readonly ref: string; readonly reason: string }[];
}

/** The newest `limit` revisions, newest first. @throws REPOSITORY_NOT_FOUND, LEDGER_* */
export async function readLog(
  repository: Repository,
  options: CallOptions & { readonly limit: number },
): Promise<readonly LogEntry[]> {
  const { limit, ...call } = options;
  const tail = await openTail(repository, call);
  const entries: LogEntry[] = [];
  const newest = tail.revision.signed.record.rev;
  for (let rev = newest; rev >= 1 && entries.length < limit; rev--) {
    const { signed } = rev === newest ? tail.revision : await readRecord(repository.ledger, rev, call);
    entries.push(logEntry(signed.record, signed.keyId));
  }
  return entries;
}

/** A record as people read it. */
export function logEntry(record: LedgerRecord, keyId: string): LogEntry {
  const { rev, signedAtMs, author, message, settled } = record;
  const rejected = settled.flatMap(({ ref, rejected: reason }) =>
    reason === undefined ? [] : [{ ref, reason }],
  );
  return {
    rev,
    dateMs: signedAtMs,
    author,
    message,
    keyId,
    done: settled.length - rejected.length,
    rejected,
  };
}
