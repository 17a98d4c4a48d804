/**
 * Collection: giving back the room of what nobody needs any more.
 *
 * ```
 * publish to the end ─▶ survey ─▶ delete settled proposals, old claims        nobody ever names these keys again
 *                         │  │
 *                         │  └──▶ sweep: commit, delete, commit               what a revision could name again: see ledger/sweep.ts
 *                         │           └ somebody committed in between: survey again
 *   retention             which revisions keep what they name: the last three states of the packages, pins, and every one that a client
 *                         may have been handed within the grace
 *   name-collector        what those name
 *   classify, inbox       why each object is there
 * ```
 * In the public folder only what pakhus itself puts there ever goes; log records never do.
 */
import { callOf } from '../../catalog/call-of.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { withClaim } from '../../ledger/claim.ts';
import { requireCommitter } from '../../ledger/committers.ts';
import type { Doomed } from '../../ledger/delete-objects.ts';
import { removeIntents } from '../../ledger/inbox.ts';
import { learnStoreTime } from '../../ledger/learn-time.ts';
import { endSweep, runSweep } from '../../ledger/run-sweep.ts';
import { checkWriter } from '../../ledger/writer.ts';
import type { ReadRevision } from '../change/content.ts';
import { publishNewest } from '../change/publish-newest.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { awaitOthers } from './await-others.ts';
import { graceOf } from './grace.ts';
import { surveyRepository } from './survey.ts';
import { planSweep } from './sweep-plan.ts';
import type { Share } from './tally.ts';

export interface CollectInput {
  /** Instead of what the repository's settings say. */
  readonly graceMs: number | undefined;
  /** Tells what would go, and writes nothing. */
  readonly dryRun: boolean;
}

export interface CollectResult {
  /** The newest revision. */
  readonly rev: number;
  readonly graceMs: number;
  /** What there was before, by reason. */
  readonly shares: readonly Share[];
  /** What was deleted; on a dry run nothing. */
  readonly deleted: { readonly files: number; readonly sizeBytes: number };
  /** What was to go and is still there, because the store did not answer in time. */
  readonly left: number;
}

/** Sweeps, and times that somebody else's revision may come first. */
const ROUNDS = 50;
/** Sweeps whose time may be over before their end. */
const PATIENCE = 3;
/** Below, whoever updated just now may not find a file. */
const SHORT_MS = 3_600_000;

/** Needs a ledger key that may commit, unless it is a dry run. @throws REPOSITORY_NOT_FOUND, KEY_NOT_FOUND, LEDGER_*, STORE_* */
export async function collectRepository(
  repository: Repository,
  { dryRun, ...input }: CollectInput,
  options: UseCaseOptions,
): Promise<CollectResult> {
  const tail = await openTail(repository, callOf(options));
  const graceMs = input.graceMs ?? graceOf(tail.content.catalog.settings);
  if (graceMs < SHORT_MS) {
    options.report({
      type: 'warning',
      code: 'gc-short-grace',
      message: 'with so short a grace, clients that updated a moment ago may not find what they were told of',
      hint: 'Leave --grace out where clients are at work.',
    });
  }
  const deleted = { files: 0, sizeBytes: 0 };
  if (dryRun) {
    const { shares } = await surveyRepository(repository, { tail, graceMs }, options);
    return { rev: tail.revision.signed.record.rev, graceMs, shares, deleted, left: 0 };
  }
  requireCommitter(repository.ledger, tail.revision);
  checkWriter(repository.ledger, tail.revision);
  const onDeleted = ({ sizeBytes }: Doomed): void => {
    deleted.files += 1;
    deleted.sizeBytes += sizeBytes;
    options.report({ type: 'progress', task: 'Deleting', done: deleted.files });
  };
  const { shares, left } = await collectAll(repository, { graceMs, onDeleted }, options);
  const { rev } = await publishNewest(repository, options);
  return { rev, graceMs, shares, deleted, left };
}

interface Work {
  readonly graceMs: number;
  readonly onDeleted: (object: Doomed) => void;
}

/** Gives what the first look found. */
async function collectAll(
  repository: Repository,
  work: Work,
  options: UseCaseOptions,
): Promise<{ readonly shares: readonly Share[]; readonly left: number }> {
  const { ledger } = repository;
  const call = callOf(options);
  await learnStoreTime(ledger, call);
  let first: readonly Share[] | undefined;
  let cutShort = 0;
  let outcome: Round['outcome'] = 'more';
  for (let round = 0; round < ROUNDS; round++) {
    await publishNewest(repository, options);
    const tail = await awaitOthers(repository, options);
    const once = (): Promise<Round> => collectOnce(repository, { ...work, tail }, options);
    const next = tail.revision.signed.record.rev + 1;
    // Where many publish, a look at everything takes longer than one of their turns: they are asked to wait.
    const done: Round = await (outcome === 'lost'
      ? withClaim(ledger, { rev: next }, once, { ...call, quietMs: 0 })
      : once());
    outcome = done.outcome;
    first ??= done.shares;
    if (done.left > 0) cutShort++;
    if (outcome === 'done' || cutShort === PATIENCE) return { shares: first, left: done.left };
  }
  throw new PakhusError('LEDGER_CONFLICT', `${ledger.state.name}: other writers won again and again`, {
    hint: 'Nothing is lost. Run `pakhus gc` again when fewer publish.',
  });
}

interface Round {
  readonly shares: readonly Share[];
  /** `lost`: somebody else's revision came first. */
  readonly outcome: 'done' | 'more' | 'lost';
  readonly left: number;
}

async function collectOnce(
  repository: Repository,
  { tail, graceMs, onDeleted }: Work & { readonly tail: ReadRevision },
  options: UseCaseOptions,
): Promise<Round> {
  const { ledger } = repository;
  const call = callOf(options);
  const { manifest } = tail.revision;
  const survey = await surveyRepository(repository, { tail, graceMs }, options);
  const { shares, keptFrom: wholeFrom, absent } = survey;
  const { claims, more, ...plan } = planSweep(survey, manifest.gone);
  await removeIntents(ledger, survey.proposals, { ...call, onDeleted });
  for (const claim of claims) {
    await ledger.state.delete(claim.key, call);
    onDeleted(claim);
  }
  const total = plan.pointers.length + plan.files.length + plan.state.length;
  if (total === 0) {
    const { sweep } = manifest;
    if (sweep !== null)
      await endSweep(
        ledger,
        { sweep, gone: new Set(absent), message: 'end a sweep that was cut short' },
        call,
      );
    return { shares, outcome: 'done', left: 0 };
  }
  const order = { ...plan, tail: tail.revision, absent, wholeFrom, message, onDeleted };
  const swept = await runSweep(ledger, order, call);
  if (swept === undefined) return { shares, outcome: 'lost', left: 0 };
  return { shares, outcome: more || swept.left > 0 ? 'more' : 'done', left: swept.left };
}

function message(objects: readonly Doomed[], done: boolean): string {
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const files = `${objects.length} ${objects.length === 1 ? 'file' : 'files'}`;
  return `${done ? 'swept' : 'sweep'} ${files}, ${(bytes / 1e6).toFixed(1)} MB`;
}
