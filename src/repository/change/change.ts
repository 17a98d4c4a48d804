/** One change from start to end: proposed, committed, published; or only proposed, for somebody else to commit. */
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { requireSigner } from '../../ledger/committers.ts';
import { withdrawIntent, writeIntent } from '../../ledger/intents.ts';
import { isFinished } from '../../ledger/is-finished.ts';
import { type Revision, readTail } from '../../ledger/log.ts';
import type { PublishReport } from '../../ledger/publish.ts';
import type { SettledIntent } from '../../ledger/settled.ts';
import type { LineSigner } from '../../ledger/signed-lines.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Speaker } from '../proposals/propose.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { encodeActions } from './action-codec.ts';
import type { Action } from './actions.ts';
import { commitChanges } from './commit-changes.ts';
import type { ReadRevision } from './content.ts';
import type { OwnFiles } from './prepare.ts';
import { type Newest, publishNewest } from './publish-newest.ts';

export interface Change {
  /** Of the proposal, where files lie there already; default: a new one. */
  readonly id?: string;
  readonly actions: readonly Action[];
  /** One line for the log. */
  readonly message: string;
  /** Files of the public folder that this process wrote. */
  readonly own?: OwnFiles | undefined;
  /** Who proposes it, where that is known and it is only proposed. */
  readonly speaker?: Speaker;
  /** The newest revision when it was planned; undefined: there was none, or nobody looked. */
  readonly known?: Revision | undefined;
  /** It passed the gate on top of that. */
  readonly passed?: boolean;
}

export interface Changed {
  /** The revision that settled the change; undefined: it is only proposed. */
  readonly rev: number | undefined;
  /** The revision that clients see; the same or a later one. */
  readonly publishedRev: number | undefined;
  /** How long the rule of one publish a second made it wait. */
  readonly waitedMs: number;
  /** Where it is only proposed: what `pakhus wait` takes. */
  readonly proposal: string | undefined;
}

/**
 * Errors after which the change can never be made as it is: nobody else should meet it. After all others it stays proposed, and
 * whoever commits next makes it.
 */
const WITHDRAWING = [
  'CONFIG_INVALID',
  'INTENT_REJECTED',
  'KEY_INVALID',
  'KEY_NOT_FOUND',
  'KEY_PASSPHRASE',
  'KEY_WEAK',
  'LEDGER_FUTURE',
  'LEDGER_UNTRUSTED',
  'SIGN_FAILED',
] as const;

/**
 * @throws KEY_NOT_FOUND without a ledger key, INTENT_REJECTED when the change is refused, LEDGER_NOT_VISIBLE when it is made and
 * clients do not see it yet, KEY_*, LEDGER_*, STORE_*
 */
export async function makeChange(
  repository: Repository,
  change: Change,
  options: UseCaseOptions,
): Promise<Changed> {
  const { propose } = options;
  if (propose !== undefined) {
    // Loaded late: most changes are made.
    const { proposeChange } = await import('../proposals/propose.ts');
    return proposeChange(repository, change, { ...options, propose });
  }
  const { ledger } = repository;
  const { report, signal } = options;
  const call = signal === undefined ? {} : { signal };
  const signer = requireSigner(ledger);
  let waitedMs = 0;
  const { own, known } = change;
  const ref = await writeOwn(repository, { ...change, signer }, call);
  const passed = change.passed ? { ref, rev: known?.signed.record.rev ?? 0 } : undefined;
  const onWait = (ms: number): void => {
    waitedMs += ms;
  };
  const outcome = await commitChanges(
    repository,
    { waitFor: [ref], known, onWait, own, passed },
    options,
  ).catch(async (error: unknown) => {
    if (hasCode(error, ...WITHDRAWING)) await withdrawIntent(ledger, ref, call);
    throw error;
  });
  const settled = outcome.settled.get(ref);
  if (settled === undefined) throw new Error(`intent ${ref} is neither open nor settled`);
  report({ type: 'progress', task: 'Publishing' });
  const { tail, there, tidied } = outcome;
  const published = await publish(repository, settled, { ...options, known: tail, there });
  await tidied;
  if (settled.rejected !== undefined) {
    throw new PakhusError('INTENT_REJECTED', `${repository.name}: ${settled.rejected}`, {
      hint: 'Nothing was changed. Correct what is named and run the command again.',
      details: { intent: ref, rev: settled.rev },
    });
  }
  if (repository.site !== undefined && !isMakingOnly(change)) {
    // Loaded late: most changes are made without a URL.
    const { readBack } = await import('../live/read-back.ts');
    await readBack(repository, published.written, options);
  }
  const sites = isMaking(change) ? repository.stateSites : [];
  const asked = isMakingOnly(change) ? sites.filter((one) => one !== repository.site) : sites;
  if (asked.length > 0) {
    const { warnOfState } = await import('../live/warn-of-state.ts');
    await warnOfState(repository, asked, options);
  }
  return { rev: settled.rev, publishedRev: published.rev, waitedMs, proposal: undefined };
}

/** Apart, so that the text of 60,000 packages is not kept until they are committed. */
function writeOwn(
  { ledger, newId }: Repository,
  { actions, message, signer }: Change & { readonly signer: LineSigner },
  call: CallOptions,
): Promise<string> {
  return writeIntent(ledger, { id: newId(), message, actions: encodeActions(actions), signer }, call);
}

function isMaking({ actions }: Change): boolean {
  return actions.some((action) => action.type === 'settings' && action.create);
}

/** A repository that is only just made has no clients, and often no web server. */
function isMakingOnly({ actions }: Change): boolean {
  return actions.every((action) => action.type === 'settings' && action.create);
}

/** The decision is made; what is left is copying, which anybody can finish. */
async function publish(
  repository: Repository,
  { rev, rejected }: SettledIntent,
  options: UseCaseOptions & Newest,
): Promise<PublishReport> {
  try {
    return await publishNewest(repository, options);
  } catch (cause) {
    const wasStopped = options.signal?.aborted === true;
    if (rejected !== undefined || !(cause instanceof PakhusError || wasStopped)) throw cause;
    const why = cause instanceof PakhusError ? cause.message : 'interrupted';
    const first = cause instanceof PakhusError && cause.hint !== undefined ? `${cause.hint}\n` : '';
    throw new PakhusError(
      'LEDGER_NOT_VISIBLE',
      `${repository.name}: revision ${rev} is committed, but clients do not see all of it yet: ${why}`,
      {
        cause,
        hint: `${first}The next publish finishes it, or \`pakhus repair\`, which needs no key.`,
        details: { rev },
      },
    );
  }
}

/**
 * Finishes what earlier writers left: open proposals are committed where this process may, and the newest revision is
 * published. For commands that found nothing of their own to do.
 * @param options.known The newest revision a moment ago. In a bucket, where every look takes a while, its entry pointers then stand
 * for all that it published.
 * @param options.channel The one whose pointers are looked at; default: all.
 */
export async function finishOthers(
  repository: Repository,
  options: UseCaseOptions & { readonly known?: ReadRevision | undefined; readonly channel?: string },
): Promise<void> {
  const { known, channel, propose, signal } = options;
  if (propose !== undefined) return;
  const { ledger } = repository;
  const call = signal === undefined ? {} : { signal };
  if (
    known !== undefined &&
    (await isFinished(ledger, { tail: known.revision, paths: pathsOf(known, channel) }, call))
  )
    return;
  const tail = known?.revision ?? (await readTail(ledger, call));
  const mayCommit = tail?.manifest.committers.some(({ keyId }) => keyId === ledger.signer?.keyId);
  const newest = mayCommit
    ? await commitChanges(repository, { waitFor: [], known: tail }, options)
    : undefined;
  await publishNewest(repository, {
    report: options.report,
    known: newest?.tail,
    there: newest?.there,
    ...call,
  });
}

/** The channel's own pointers, which clients begin with. */
function pathsOf({ content }: ReadRevision, channel: string | undefined): readonly string[] {
  return content.channelPointers
    .filter((one) => (channel ?? one.channel) === one.channel)
    .flatMap(({ paths }) => paths);
}
