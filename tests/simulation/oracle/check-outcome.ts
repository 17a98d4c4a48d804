import type { ErrorCode } from '../../../src/core/error-codes.ts';
import { PakhusError } from '../../../src/core/pakhus-error.ts';
import { type Command, describeCommand } from '../world/commands.ts';
import type { Oracle } from './oracle.ts';

/** A command that ended, and how. */
export interface EndedCommand {
  readonly author: string;
  readonly command: Command;
  /** Undefined: it succeeded. */
  readonly error: unknown;
  /** The newest revision when it began. */
  readonly fromRev: number;
  /** Nothing went wrong in the whole run so far but that others were there, too. */
  readonly undisturbed: boolean;
}

/** What a user may be told when nothing but other users is in the way. */
const REFUSALS: readonly ErrorCode[] = [
  'INTENT_REJECTED',
  'PACKAGE_CONFLICT',
  'PACKAGE_NOT_FOUND',
  'PLACE_NOT_FOUND',
  'REPOSITORY_NOT_FOUND',
  'REVISION_COLLECTED',
  'REVISION_NOT_FOUND',
];
/** What faults may bring. That the ledger is damaged or not to be trusted is never among them. */
const FAILURES: readonly ErrorCode[] = [
  'LEDGER_CONFLICT',
  'LEDGER_FUTURE',
  'LEDGER_NOT_VISIBLE',
  'STORE_FULL',
  'STORE_LOCKED',
  'STORE_PERMISSION',
  'STORE_UNAVAILABLE',
];

/** Compares what a user was told with what is in the log. @throws Error */
export function checkOutcome(oracle: Oracle, ended: EndedCommand): void {
  const { author, command, error } = ended;
  const refs = oracle.log.intentsOf(author);
  const settled = refs.map((ref) => ({ ref, ...oracle.log.settled(ref) }));
  const told = (what: string): Error => new Error(`${author} (${describeCommand(command)}): ${what}`);
  const done = settled.filter(({ rev, rejected }) => rev !== undefined && rejected === undefined);
  if (error === undefined) {
    const open = settled.find((one) => !done.includes(one));
    // A proposal waits for somebody else, who may reject it.
    if (command.type === 'propose') return;
    if (open !== undefined) throw told(`succeeded, but ${open.ref} ${open.rejected ?? 'is open'}`);
    for (const { rev = 0 } of done) checkVisible(oracle, rev, told);
    checkContent(oracle, ended, told);
    return;
  }
  if (!(error instanceof PakhusError)) throw error;
  const known = ended.undisturbed ? REFUSALS : [...REFUSALS, ...FAILURES];
  if (!known.includes(error.code)) throw told(`failed with ${error.code}: ${error.message}`);
  if (REFUSALS.includes(error.code) && done.length > 0)
    throw told(`was refused (${error.message}), but it is done`);
  if (error.code === 'LEDGER_NOT_VISIBLE' && done.length < refs.length)
    throw told(`is said to be committed and is not: ${error.message}`);
}

/** Clients see the revision, or a later one. */
function checkVisible(oracle: Oracle, rev: number, told: (what: string) => Error): void {
  const revision = oracle.log.revisions[rev];
  if (oracle.published() < rev) throw told(`revision ${rev} is not published, only ${oracle.published()}`);
  for (const { path, since } of revision?.pointers.values() ?? []) {
    const [, channel] = /^dists\/([^/]+)\/InRelease$/.exec(path) ?? [];
    // A channel that is gone by now may never have been shown.
    if (channel === undefined || !oracle.neverBack || !oracle.log.tail()?.pointers.has(path)) continue;
    if (oracle.entryRev(channel) < since) throw told(`revision ${rev} of ${channel} is not visible`);
  }
}

/** What was published is in the log, or was there at a moment of the command. */
function checkContent(
  oracle: Oracle,
  { author, command, fromRev }: EndedCommand,
  told: (what: string) => Error,
): void {
  if (command.type !== 'publish') return;
  const added = new Set(oracle.log.intentsOf(author).flatMap((ref) => oracle.log.added(ref)));
  const { channel, component } = command.to;
  const states = oracle.log.revisions
    .slice(fromRev)
    .flatMap((one) => one?.state.places.get(`${channel}/${component}`) ?? []);
  for (const { inspected } of command.samples) {
    const { name, version } = inspected.meta;
    if (!added.has(inspected.sha256) && !states.some(({ sha256 }) => sha256 === inspected.sha256))
      throw told(`${name} ${version} is in no revision`);
  }
}
