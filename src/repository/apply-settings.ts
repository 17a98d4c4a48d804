/** Bringing a repository's settings, signers, committers and proposers to what the configuration says. */
import { isIn } from '../catalog/catalog.ts';
import { parseSettings } from '../catalog/settings.ts';
import { proposersOf } from '../config/proposers.ts';
import type { RepositoryConfig, ResolvedConfig } from '../config/resolved-config.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { RepositorySettings } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { Committer } from '../ledger/manifest.ts';
import { isLedgerPublicKey, ledgerKeyId } from '../signing/ledger-key.ts';
import type { PublicSigner } from './change/actions.ts';
import { type Changed, finishOthers, makeChange } from './change/change.ts';
import { compareTerms, type SettingChange } from './change/compare-terms.ts';
import { termsOf } from './change/content.ts';
import { checkTerms, type Terms } from './change/terms.ts';
import { kindOf } from './keys/keys.ts';
import { isRotating } from './keys/signers.ts';
import { openTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

export interface ApplyResult {
  readonly changes: readonly SettingChange[];
  /** Undefined on a dry run, and when nothing differs. */
  readonly change: Changed | undefined;
}

/** What the configuration says. */
export interface ApplySettingsInput {
  readonly wanted: RepositoryConfig;
  readonly config: Pick<ResolvedConfig, 'ledger' | 'proposers'>;
  readonly dryRun: boolean;
  /** Goes on where clients that are set up already would fail. */
  readonly breakClients: boolean;
}

/**
 * Commits the difference between the newest revision and what is wanted.
 * @throws REPOSITORY_NOT_FOUND, SETTINGS_INVALID, KEY_*, INTENT_REJECTED
 */
export async function applySettings(
  repository: Repository,
  input: ApplySettingsInput,
  options: UseCaseOptions,
): Promise<ApplyResult> {
  const tail = await openTail(repository);
  const before = termsOf(tail.revision, tail.content);
  const settings = parseSettings(input.wanted.settings);
  // A proposal is about settings only; who signs, commits and proposes is a committer's to say.
  const after: Terms = options.propose
    ? { ...before, settings }
    : { settings, ...(await wantedPeople(repository, { before, settings, config: input.config })) };
  const changes = compareTerms(before, after);
  checkTerms(after, {
    before,
    holdsPackages: (place) => tail.content.catalog.runs.some((run) => isIn(run, place)),
  });
  const broken = formatByName(settings.format).breaksClients?.(before.settings, settings);
  if (broken !== undefined && !input.breakClients) throw breaking(broken);
  if (!input.dryRun && changes.length === 0) await finishOthers(repository, { ...options, known: tail });
  if (changes.length === 0 || input.dryRun) return { changes, change: undefined };
  const message = `apply ${changes.map(({ setting }) => setting).join(', ')}`;
  const actions = [{ type: 'settings', create: false, ...after } as const];
  const change = await makeChange(repository, { actions, message, known: tail.revision }, options);
  if (broken !== undefined && change.proposal === undefined) {
    options.report({ type: 'warning', code: 'clients-broken', message: broken });
    // Loaded late: hardly anybody breaks clients. What is left where this process dies, `pakhus gc` deletes.
    const { dropStaleSignatures } = await import('./collect/stale-signatures.ts');
    await dropStaleSignatures(repository, options);
  }
  return { changes, change };
}

function breaking(why: string): PakhusError {
  return new PakhusError('SETTINGS_INVALID', why, {
    hint: 'Keep the setting, or run `pakhus apply --break-clients` and tell whoever has such machines.',
  });
}

async function wantedPeople(
  repository: Repository,
  {
    before,
    settings,
    config,
  }: Pick<Terms, 'settings'> & { readonly before: Terms; readonly config: ApplySettingsInput['config'] },
): Promise<Omit<Terms, 'settings'>> {
  const own = repository.ledger.signer?.keyId;
  return {
    signers: await wantedSigners(repository, before.signers, settings),
    committers: wantedCommitters(before.committers, { ledger: config.ledger.value, own }),
    proposers: proposersOf(config.proposers.value, repository.name),
  };
}

/** The configured ones; of the format's own kind some stay. While a key is rotated, who signs is the rotation's to say. */
async function wantedSigners(
  { keys, ledger }: Repository,
  before: readonly PublicSigner[],
  settings: RepositorySettings,
): Promise<readonly PublicSigner[]> {
  if (isRotating(before)) return before;
  const format = formatByName(settings.format);
  const { signedBy } = format;
  const wanted = { nowMs: ledger.clock.now(), signedBy, alsoSignedBy: format.alsoSignedBy?.(settings) };
  const configured = await keys.configuredSigners(wanted);
  const isOwn = ({ publicKey }: PublicSigner): boolean => kindOf(publicKey) === signedBy;
  if (configured === undefined) return before;
  return configured.length === 0 || configured.some(isOwn)
    ? configured
    : [...before.filter(isOwn), ...configured];
}

/**
 * Listed public keys are added. Who is not listed is retired, but only when the list has this machine's own key: a list without it
 * does not mean to be complete.
 */
function wantedCommitters(
  known: readonly Committer[],
  { ledger, own }: { readonly ledger: readonly string[]; readonly own: string | undefined },
): readonly Committer[] {
  const listed = new Set(ledger.map((key) => (isLedgerPublicKey(key) ? ledgerKeyId(key) : key)));
  const isComplete = own !== undefined && listed.has(own);
  const kept = known.filter(({ keyId }) => !isComplete || listed.has(keyId));
  const added = ledger
    .filter((key) => isLedgerPublicKey(key))
    .map((publicKey) => ({ keyId: ledgerKeyId(publicKey), publicKey, name: ledgerKeyId(publicKey) }))
    .filter(({ keyId }) => known.every((one) => one.keyId !== keyId));
  return [...kept, ...added];
}
