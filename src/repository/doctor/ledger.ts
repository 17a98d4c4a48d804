/** The ledger of a repository: what clients see of it, who may change it, and what waits. */
import type { RepositoryConfig, ResolvedConfig } from '../../config/resolved-config.ts';
import { applySettings } from '../apply-settings.ts';
import type { ReadRevision } from '../change/content.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { type ChannelStatus, type RepositoryStatus, readStatus } from '../status.ts';
import { bad, type Diagnosis, good, showSpan, warning } from './diagnosis.ts';

/** Longer than any committer takes. */
const PATIENCE_MS = 3_600_000;
/** A newest revision that is dated further ahead keeps everybody from publishing. */
const FUTURE_TOLERANCE_MS = 10_000;

export interface LedgerCheck {
  readonly tail: ReadRevision;
  readonly wanted: RepositoryConfig;
  readonly config: ResolvedConfig;
}

export async function checkLedger(
  repository: Repository,
  { tail, wanted, config }: LedgerCheck,
  options: UseCaseOptions,
): Promise<readonly Diagnosis[]> {
  const status = await readStatus(repository, options.signal === undefined ? {} : { signal: options.signal });
  if (status === undefined) throw new Error(`${repository.name} had a revision a moment ago`);
  const { name } = repository;
  const nowMs = repository.ledger.time.now();
  return [
    good(`${name}: ledger`, `revision ${status.rev}, signed by a listed committer`),
    ...checkDate(repository, { tail, nowMs }),
    checkPublished(status),
    ...status.channels.flatMap((channel) => checkValidity(name, { channel, nowMs })),
    checkCommitter(repository, tail),
    ...checkTrust(repository, tail),
    ...checkProposals(status, nowMs),
    ...(await checkSettings(repository, { wanted, config, rev: status.rev }, options)),
  ];
}

function checkDate(
  { name }: Repository,
  { tail, nowMs }: { readonly tail: ReadRevision; readonly nowMs: number },
): readonly Diagnosis[] {
  const { rev, signedAtMs, author } = tail.revision.signed.record;
  const aheadMs = signedAtMs - nowMs;
  if (aheadMs <= FUTURE_TOLERANCE_MS) return [];
  return [
    bad(
      `${name}: date`,
      `revision ${rev} of ${author} is dated ${showSpan(aheadMs)} ahead: until then nobody can publish, and apt refuses it`,
      "Correct the clock that is wrong, this machine's or theirs, and wait.",
    ),
  ];
}

function checkPublished({ name, rev, publishedRev, stale }: RepositoryStatus): Diagnosis {
  const check = `${name}: published`;
  if (stale.length === 0 && publishedRev === rev) return good(check, 'clients see the newest revision');
  const files = stale.length === 1 ? '1 file' : `${stale.length} files`;
  return bad(check, `clients do not see all of revision ${rev} (${files})`, 'Run `pakhus repair`.');
}

function checkValidity(
  name: string,
  { channel, nowMs }: { readonly channel: ChannelStatus; readonly nowMs: number },
): readonly Diagnosis[] {
  const { dateMs, validUntilMs } = channel;
  if (validUntilMs === undefined) return [];
  const check = `${name}: ${channel.name}`;
  const leftMs = validUntilMs - nowMs;
  if (leftMs <= 0)
    return [
      bad(
        check,
        `expired ${showSpan(leftMs)} ago: apt refuses it`,
        'Run `pakhus resign`, and let cron run it.',
      ),
    ];
  if (leftMs > (validUntilMs - dateMs) / 2) return [];
  return [
    warning(
      check,
      `apt refuses it in ${showSpan(leftMs)}, unless it is signed again`,
      'Run `pakhus resign`, and let cron run it.',
    ),
  ];
}

function checkCommitter({ name, ledger }: Repository, tail: ReadRevision): Diagnosis {
  const check = `${name}: ledger key`;
  const own = ledger.signer?.keyId;
  if (own === undefined) {
    return warning(
      check,
      'none here: this machine can read and repair, not publish',
      'Set PAKHUS_LEDGER_KEY_FILE, or have a key of this machine added with `pakhus apply`.',
    );
  }
  if (tail.revision.manifest.committers.some(({ keyId }) => keyId === own))
    return good(check, `${own} may commit`);
  return bad(
    check,
    `${own} is no committer`,
    'Ask a committer to add its public key under `ledger:` in pakhus.yaml and to run `pakhus apply`.',
  );
}

/** One's own ledger key is trusted; without it and without a configured one, whoever can write the store is. */
function checkTrust({ name, ledger }: Repository, tail: ReadRevision): readonly Diagnosis[] {
  if (ledger.trust.anchors.size > 0) return [];
  const { keyId } = tail.revision.signed;
  return [
    warning(
      `${name}: trust`,
      'nothing here says whose changes to believe: whoever can write to the store can replace the repository',
      `When you know that it is right, add ${keyId} under \`ledger:\` in pakhus.yaml.`,
    ),
  ];
}

function checkProposals(
  { name, openIntents, openSinceMs }: RepositoryStatus,
  nowMs: number,
): readonly Diagnosis[] {
  if (openSinceMs === undefined || nowMs - openSinceMs < PATIENCE_MS) return [];
  const proposals = openIntents === 1 ? '1 proposal has' : `${openIntents} proposals have`;
  return [
    warning(
      `${name}: proposals`,
      `${proposals} not been committed, the oldest for ${showSpan(nowMs - openSinceMs)}`,
      'Any publish by a committer takes them along. After 7 days they expire.',
    ),
  ];
}

async function checkSettings(
  repository: Repository,
  { wanted, config, rev }: Pick<LedgerCheck, 'wanted' | 'config'> & { readonly rev: number },
  options: UseCaseOptions,
): Promise<readonly Diagnosis[]> {
  if (wanted.origin.source === 'default') return [];
  const { changes } = await applySettings(
    repository,
    { wanted, config, dryRun: true, breakClients: true },
    options,
  );
  if (changes.length === 0) return [];
  const settings = changes.map(({ setting }) => setting).join(', ');
  return [
    warning(
      `${repository.name}: settings`,
      `pakhus.yaml differs from revision ${rev} in ${settings}`,
      'Run `pakhus apply`, or correct pakhus.yaml.',
    ),
  ];
}
