/** Keeping revisions, and letting them go. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { type Changed, finishOthers, makeChange } from '../change/change.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { openPast, revisionNumber } from './past-revisions.ts';
import { findPinNameProblem, type Pin, withoutPin, withPin } from './pins.ts';

export interface PinResult {
  readonly pin: Pin;
  /** Undefined on a dry run, and when it was pinned so already. */
  readonly change: Changed | undefined;
}

/** @throws CLI_USAGE, REVISION_NOT_FOUND, REVISION_COLLECTED, INTENT_REJECTED when the name is another revision's, and as `makeChange` */
export async function pinRevision(
  repository: Repository,
  input: {
    /** A number or the name of a pin; undefined: the newest. */
    readonly revision: string | undefined;
    readonly name: string | undefined;
    readonly dryRun: boolean;
  },
  options: UseCaseOptions,
): Promise<PinResult> {
  const { revision, name, dryRun } = input;
  const problem = name === undefined ? undefined : findPinNameProblem(name);
  if (problem !== undefined) throw new PakhusError('CLI_USAGE', problem);
  const call = callOf(options);
  const tail = await openTail(repository, call);
  const rev =
    revision === undefined ? tail.revision.signed.record.rev : revisionNumber(repository, tail, revision);
  await openPast(repository, tail, { rev, ...call });
  const { pins } = tail.content;
  const pin: Pin = { rev, ...(name !== undefined && { name }) };
  const isThere = withPin(pins, pin).length === pins.length;
  const message = `pin revision ${rev}${name === undefined ? '' : ` as ${name}`}`;
  if (dryRun) return { pin, change: undefined };
  if (isThere) {
    await finishOthers(repository, { ...options, known: tail });
    return { pin, change: undefined };
  }
  const actions = [{ type: 'pin', pin } as const];
  return { pin, change: await makeChange(repository, { actions, message, known: tail.revision }, options) };
}

export interface UnpinResult {
  readonly removed: readonly Pin[];
  /** Undefined on a dry run. */
  readonly change: Changed | undefined;
}

/** @throws REVISION_NOT_FOUND when nothing is pinned so, and as `makeChange` */
export async function unpinRevision(
  repository: Repository,
  input: {
    /** A number for all pins of the revision, or the name of one. */
    readonly revision: string;
    readonly dryRun: boolean;
  },
  options: UseCaseOptions,
): Promise<UnpinResult> {
  const { revision, dryRun } = input;
  const tail = await openTail(repository, callOf(options));
  const rev = revisionNumber(repository, tail, revision);
  const pin: Pin = { rev, ...(!/^\d+$/.test(revision) && { name: revision }) };
  const { pins } = tail.content;
  const kept = withoutPin(pins, pin);
  const removed = pins.filter((one) => !kept.includes(one));
  if (removed.length === 0) {
    throw new PakhusError('REVISION_NOT_FOUND', `revision ${rev} of ${repository.name} is not pinned`, {
      hint: `\`pakhus status ${repository.name}\` shows what is.`,
      details: { repository: repository.name, rev },
    });
  }
  if (dryRun) return { removed, change: undefined };
  const actions = [{ type: 'unpin', pin } as const];
  const message = `unpin revision ${revision}`;
  return {
    removed,
    change: await makeChange(repository, { actions, message, known: tail.revision }, options),
  };
}

function callOf({ signal }: UseCaseOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}
