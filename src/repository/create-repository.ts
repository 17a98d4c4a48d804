/** What a repository starts with: its settings, its signing keys and its first committer. */
import type { RepositorySettings } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import { asCommitter } from '../ledger/commit.ts';
import type { Terms } from './apply-intents.ts';
import { makeFirstChange } from './first-change.ts';
import { findTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

/** The terms of revision 1. Makes signing keys where none are configured, but not on a dry run. @throws SETTINGS_INVALID, KEY_* */
export async function createTerms(
  repository: Repository,
  { settings, dryRun }: { readonly settings: RepositorySettings; readonly dryRun: boolean },
): Promise<Terms> {
  formatByName(settings.format).checkSettings(settings);
  const { ledger, keys } = repository;
  const nowMs = ledger.clock.now();
  const signers = dryRun ? ((await keys.configuredSigners(nowMs)) ?? []) : await keys.makeSigners(nowMs);
  const committers = ledger.signer === undefined ? [] : [asCommitter(ledger, ledger.signer)];
  return { settings, signers, committers };
}

/** Makes an empty repository, revision 1, unless it exists. @throws SETTINGS_INVALID, KEY_*, LEDGER_*, STORE_* */
export async function createRepository(
  repository: Repository,
  settings: RepositorySettings,
  options: UseCaseOptions,
): Promise<{ readonly created: boolean; readonly signers: readonly string[] }> {
  const tail = await findTail(repository);
  if (tail !== undefined)
    return { created: false, signers: tail.content.signers.map(({ fingerprint }) => fingerprint) };
  const terms = await createTerms(repository, { settings, dryRun: false });
  await makeFirstChange(
    repository,
    { actions: [{ type: 'settings', create: true, ...terms }], message: `make ${repository.name}` },
    options,
  );
  return { created: true, signers: terms.signers.map(({ fingerprint }) => fingerprint) };
}
