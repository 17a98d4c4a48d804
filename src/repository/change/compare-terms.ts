/** What two revisions say besides their packages, setting by setting. */
import type { RepositorySettings } from '../../formats/format.ts';
import type { Proposer } from '../../ledger/manifest.ts';
import type { PublicSigner } from './actions.ts';
import type { Terms } from './terms.ts';

/** One setting that differs; null: it is not set. */
export interface SettingChange {
  readonly setting: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** `before`: undefined when there was no revision. */
export function compareTerms(before: Terms | undefined, after: Terms): readonly SettingChange[] {
  return compareValues(before === undefined ? {} : flatten(before), flatten(after));
}

export function compareValues(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly SettingChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((setting) => ({ setting, before: before[setting] ?? null, after: after[setting] ?? null }));
}

function flatten({ settings, signers, committers, proposers }: Terms): Readonly<Record<string, unknown>> {
  return {
    ...flattenSettings(settings),
    signers: signers.map(describeSigner),
    ledger: committers.map(({ keyId }) => keyId),
    ...Object.fromEntries(proposers.map((one) => [`proposers.${one.name}`, rulesOf(one)])),
  };
}

function flattenSettings(settings: RepositorySettings): Readonly<Record<string, unknown>> {
  const { options, channels, ...rest } = settings;
  const channelOptions = channels.flatMap(({ name, options: own }) =>
    Object.entries(own).map(([key, value]) => [`channels.${name}.${key}`, value] as const),
  );
  return {
    ...rest,
    ...options,
    channels: channels.map(({ name }) => name),
    ...Object.fromEntries(channelOptions),
  };
}

function rulesOf({ publicKey, actions, to }: Proposer): object {
  return { actions, to, ...(publicKey !== undefined && { key: publicKey }) };
}

function describeSigner({ fingerprint, stage }: PublicSigner): string {
  return stage === undefined ? fingerprint : `${fingerprint} (${stage})`;
}
