/** Committing what others proposed, once or again and again. */
import type { Clock } from '../../core/clock.ts';
import { requireCommitter } from '../../ledger/committers.ts';
import { listInbox } from '../../ledger/inbox.ts';
import { newestRev, readRecord } from '../../ledger/log.ts';
import type { Settlement } from '../../ledger/record.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { commitChanges } from '../change/commit-changes.ts';
import { publishNewest } from '../change/publish-newest.ts';
import { findTail, openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { createPatience, type Patiently } from './transient.ts';

/** What settled proposals. */
export interface CommittedRevision {
  readonly repository: string;
  readonly rev: number;
  readonly dateMs: number;
  /** Who committed. */
  readonly author: string;
  readonly message: string;
  /** Proposals as `<who>/<ulid>`, with the reason where one was refused. */
  readonly settled: readonly Settlement[];
}

export interface CommitReport {
  readonly repository: string;
  /** The revisions since the first look, also those of others. */
  readonly revisions: readonly CommittedRevision[];
  /** What clients see. */
  readonly rev: number;
  /** Public files that were written: of these revisions, or put back. */
  readonly written: readonly string[];
}

/**
 * Commits all open proposals and publishes; what an earlier writer left unfinished is finished as well.
 * @param since The revision from which on others' revisions are told as well; default: the newest one.
 * @throws REPOSITORY_NOT_FOUND, KEY_NOT_FOUND when this machine may not commit, KEY_*, LEDGER_*, STORE_*
 */
export async function commitOpen(
  repository: Repository,
  options: UseCaseOptions & { readonly since?: number },
): Promise<CommitReport> {
  const { ledger } = repository;
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const { revision } = await openTail(repository, call);
  requireCommitter(ledger, revision);
  const { tail, there } = await commitChanges(repository, { waitFor: [], known: revision }, options);
  const { rev, written } = await publishNewest(repository, { ...options, known: tail, there });
  if (repository.site !== undefined && written.length > 0) {
    // Loaded late: many repositories have no URL.
    const { readBack } = await import('../live/read-back.ts');
    await readBack(repository, written, options);
  }
  const revisions: CommittedRevision[] = [];
  for (let at = (options.since ?? revision.signed.record.rev) + 1; at <= rev; at++)
    revisions.push(await committed(repository, at, call));
  return { repository: repository.name, revisions, rev, written };
}

/** Whether this machine may commit to the repository; false also where nothing was published yet. */
export async function mayCommit(repository: Repository, call: CallOptions = {}): Promise<boolean> {
  const committers = (await findTail(repository, call))?.revision.manifest.committers ?? [];
  return committers.some(({ keyId }) => keyId === repository.ledger.signer?.keyId);
}

async function committed(repository: Repository, rev: number, call: CallOptions): Promise<CommittedRevision> {
  const { signedAtMs, author, message, settled } = (await readRecord(repository.ledger, rev, call)).signed
    .record;
  return { repository: repository.name, rev, dateMs: signedAtMs, author, message, settled };
}

/** Files that somebody damaged or deleted are put back so often. */
const HEAL_MS = 60_000;

/**
 * Commits what is open, again and again, until the signal aborts. A round in which nothing is new costs one look at the log and one
 * at the inbox. Trouble that may be over in a moment is told and outlasted.
 * @param onReport Told of each round that did something.
 */
export async function watchOpen(
  repositories: readonly Repository[],
  work: {
    readonly everyMs: number;
    readonly clock: Clock;
    readonly onReport: (report: CommitReport) => void;
  },
  options: UseCaseOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { everyMs, clock, onReport } = work;
  const { signal, report } = options;
  const rounds = repositories.map((repository) =>
    createRound(repository, { patiently: createPatience(report), onReport, clock }, options),
  );
  try {
    while (!signal.aborted) {
      for (const round of rounds) await round();
      await clock.sleep(everyMs, signal);
    }
  } catch (error) {
    // Nothing is lost: what is open stays open, what is committed is published by the next writer.
    if (!signal.aborted) throw error;
  }
}

function createRound(
  repository: Repository,
  work: {
    readonly patiently: Patiently;
    readonly clock: Clock;
    readonly onReport: (report: CommitReport) => void;
  },
  options: UseCaseOptions & { readonly signal: AbortSignal },
): () => Promise<void> {
  const { patiently, clock, onReport } = work;
  let known: string | undefined;
  let since: number | undefined;
  let healedMs = 0;
  return async () => {
    await patiently(async () => {
      const now = clock.now();
      if (now - healedMs < HEAL_MS && known === (await glance(repository, options.signal))) return;
      const report = await commitOpen(repository, { ...options, ...(since !== undefined && { since }) });
      since = report.rev;
      known = await glance(repository, options.signal);
      healedMs = now;
      if (report.revisions.length + report.written.length > 0) onReport(report);
    });
  };
}

/** The newest revision and what lies in the inbox: the same as before, then nothing is to be done. */
async function glance({ ledger }: Repository, signal: AbortSignal): Promise<string> {
  const found = [String(await newestRev(ledger, { signal }))];
  for await (const { ref } of listInbox(ledger, { signal, isWanted: () => true })) found.push(ref);
  return found.join('\n');
}
