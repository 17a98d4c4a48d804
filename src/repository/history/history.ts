/** Who changed what, and when. */
import { isIn, type RunEntry } from '../../catalog/catalog.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { fillPlace } from '../../config/place.ts';
import type { FoundRecord } from '../../ledger/log.ts';
import { walkBack } from '../../ledger/walk-back.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Filter } from '../change/actions.ts';
import type { ReadRevision } from '../change/content.ts';
import { openTail } from '../read-repository.ts';
import type { Repository } from '../repository.ts';
import { isCollected } from './collected.ts';
import { readPast } from './past-revisions.ts';
import type { Pin } from './pins.ts';

/** A record as people read it. */
export interface LogEntry {
  readonly rev: number;
  /** The signed date, milliseconds since 1970. */
  readonly dateMs: number;
  readonly author: string;
  readonly message: string;
  /** Id of the ledger key that signed it. */
  readonly keyId: string;
  /** Names of the pins that it has now; null is one without a name. */
  readonly pins: readonly (string | null)[];
  /** Proposals that were done and refused. */
  readonly done: number;
  readonly rejected: readonly { readonly ref: string; readonly reason: string }[];
}

/** What a revision holds in the places that were asked for. */
export interface LogLine extends LogEntry {
  /** Null: it was collected. */
  readonly packages: number | null;
  /** How many more than in the revision before; null: one of the two was collected. */
  readonly packagesChange: number | null;
}

export interface LogQuery extends CallOptions {
  readonly limit?: number | undefined;
  /** Only what was signed at this moment or later, milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  /** Only revisions that changed packages of these places, and those of which nobody knows any more what they changed. */
  readonly where?: Filter | undefined;
}

/** Manifests that are read ahead. */
const AHEAD = 8;

/** Revisions, newest first. @throws REPOSITORY_NOT_FOUND, PLACE_NOT_FOUND, LEDGER_* */
export async function readLog(repository: Repository, query: LogQuery): Promise<readonly LogLine[]> {
  const { limit = Number.POSITIVE_INFINITY, sinceMs = 0, where, ...call } = query;
  const tail = await openTail(repository, call);
  const { settings } = tail.content.catalog;
  fillPlace({ repository: repository.name, channel: where?.channel, component: where?.component }, settings);
  const lines: LogLine[] = [];
  for await (const { found, runs, before } of withParents(steps(repository, tail, call))) {
    if (lines.length >= limit || found.signed.record.signedAtMs < sinceMs) break;
    const now = runs && heldIn(runs, where);
    const then = before && heldIn(before, where);
    if (where !== undefined && now !== undefined && now.runs === then?.runs) continue;
    lines.push({
      ...logEntry(found, tail.content.pins),
      packages: now?.packages ?? null,
      packagesChange: now === undefined || then === undefined ? null : now.packages - then.packages,
    });
  }
  return lines;
}

/** `pins`: those of the repository. */
export function logEntry({ signed }: FoundRecord, pins: readonly Pin[]): LogEntry {
  const { rev, signedAtMs, author, message, settled } = signed.record;
  const rejected = settled.flatMap(({ ref, rejected: reason }) =>
    reason === undefined ? [] : [{ ref, reason }],
  );
  return {
    rev,
    dateMs: signedAtMs,
    author,
    message,
    keyId: signed.keyId,
    pins: pins.flatMap((pin) => (pin.rev === rev ? [pin.name ?? null] : [])),
    done: settled.length - rejected.length,
    rejected,
  };
}

interface Step {
  readonly found: FoundRecord;
  /** Undefined: it was collected. */
  readonly runs: readonly RunEntry[] | undefined;
}

function steps(repository: Repository, tail: ReadRevision, call: CallOptions): AsyncIterable<Step> {
  const work = async (found: FoundRecord): Promise<Step> => {
    const isThere = !isCollected(tail, found.signed.record.rev);
    const past = isThere ? await readPast(repository, found, call) : undefined;
    return { found, runs: past?.content.catalog.runs };
  };
  return mapInOrder(walkBack(repository.ledger, tail.revision, call), { limit: AHEAD, ...call, work });
}

/** Each with what the one before it held. */
async function* withParents(
  newestFirst: AsyncIterable<Step>,
): AsyncGenerator<Step & { readonly before: Step['runs'] }, void, undefined> {
  let child: Step | undefined;
  for await (const step of newestFirst) {
    if (child !== undefined) yield { ...child, before: step.runs };
    child = step;
  }
  if (child !== undefined) yield { ...child, before: [] };
}

function heldIn(
  all: readonly RunEntry[],
  where: Filter | undefined,
): { readonly packages: number /** The same text: the same packages. */; readonly runs: string } {
  const own = all.filter((run) => isIn(run, where ?? {}));
  return {
    packages: own.reduce((sum, run) => sum + run.packages, 0),
    runs: own
      .map(({ channel, component, slot, ref }) => `${channel}/${component}/${slot} ${ref.sha256}`)
      .join('\n'),
  };
}
