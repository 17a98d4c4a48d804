/** What a repository starts with: its settings, its signing keys and its first committer. */
import type { RepositorySettings } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import { asCommitter } from '../ledger/committers.ts';
import type { Proposer } from '../ledger/manifest.ts';
import { makeChange } from './change/change.ts';
import type { Terms } from './change/terms.ts';
import { findTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';
import { orStepBack } from './step-back.ts';

/** What a repository is to start with. */
export interface NewRepository {
  readonly settings: RepositorySettings;
  readonly proposers: readonly Proposer[];
  readonly dryRun: boolean;
}

/** The terms of revision 1. Makes signing keys where none are configured, but not on a dry run. @throws SETTINGS_INVALID, KEY_* */
export async function createTerms(
  repository: Repository,
  { settings, proposers, dryRun }: NewRepository,
): Promise<Terms> {
  const format = formatByName(settings.format);
  format.checkSettings(settings);
  const { ledger, keys } = repository;
  const wanted = {
    nowMs: ledger.clock.now(),
    signedBy: format.signedBy,
    alsoSignedBy: format.alsoSignedBy?.(settings),
  };
  const signers = dryRun ? ((await keys.configuredSigners(wanted)) ?? []) : await keys.makeSigners(wanted);
  const committers = ledger.signer === undefined ? [] : [asCommitter(ledger, ledger.signer)];
  return { settings, signers, committers, proposers };
}

export interface CreatedRepository {
  /** False: it was there already. True on a dry run that would make it. */
  readonly created: boolean;
  /** Those of its newest revision. */
  readonly settings: RepositorySettings;
  /** Fingerprints. */
  readonly signers: readonly string[];
}

/** Makes an empty repository, revision 1, unless it exists. @throws SETTINGS_INVALID, KEY_*, LEDGER_*, STORE_* */
export async function createRepository(
  repository: Repository,
  wanted: NewRepository,
  options: UseCaseOptions,
): Promise<CreatedRepository> {
  return orStepBack(repository, async () => {
    const tail = await findTail(repository);
    if (tail !== undefined) {
      const { signers, catalog } = tail.content;
      return {
        created: false,
        settings: catalog.settings,
        signers: signers.map(({ fingerprint }) => fingerprint),
      };
    }
    const terms = await createTerms(repository, wanted);
    const actions = [{ type: 'settings', create: true, ...terms } as const];
    const message = `make ${repository.name}`;
    if (!wanted.dryRun) await makeChange(repository, { actions, message }, options);
    return {
      created: true,
      settings: wanted.settings,
      signers: terms.signers.map(({ fingerprint }) => fingerprint),
    };
  });
}
