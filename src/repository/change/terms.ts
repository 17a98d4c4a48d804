/** What a revision says besides its packages, and whether it may. */
import { PROPOSER_NAME } from '../../config/names.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Committer, Proposer } from '../../ledger/manifest.ts';
import { isLedgerPublicKey, ledgerKeyId } from '../../signing/ledger-key.ts';
import { signingOnes } from '../keys/signers.ts';
import type { Filter, Place, PublicSigner } from './actions.ts';

/** What a revision says besides its packages. */
export interface Terms {
  readonly settings: RepositorySettings;
  readonly signers: readonly PublicSigner[];
  readonly committers: readonly Committer[];
  readonly proposers: readonly Proposer[];
}

/** Whether a revision can say `after` where the one before it says `before`. @throws INTENT_REJECTED, SETTINGS_INVALID */
export function checkTerms(
  after: Terms,
  at: { readonly before: Terms | undefined; readonly holdsPackages: (place: Place) => boolean },
): void {
  const { settings, committers, signers } = after;
  const before = at.before?.settings;
  if (before !== undefined && settings.format !== before.format)
    throw rejected(`the format cannot change from ${before.format} to ${settings.format}`);
  if (committers.length === 0)
    throw rejected('a revision without a committer could never be followed by another');
  if (signers.length > 0 && signingOnes(signers).length === 0)
    throw rejected('no key would sign: the only ones are announced');
  checkProposers(after);
  formatByName(settings.format).checkSettings(settings);
  for (const place of before === undefined ? [] : lostPlaces(before, settings)) {
    if (at.holdsPackages(place))
      throw rejected(
        `${place.channel}/${place.component} still holds packages`,
        'Remove them first: `pakhus remove REPOSITORY/CHANNEL/COMPONENT NAME`.',
      );
  }
}

/** A proposer is nobody else: neither by its folder nor by its key. */
function checkProposers({ proposers, committers }: Terms): void {
  const names = new Set<string>();
  for (const { name, publicKey } of proposers) {
    if (!PROPOSER_NAME.pattern.test(name))
      throw rejected(`the name of the proposer ${JSON.stringify(name)} must be ${PROPOSER_NAME.about}`);
    if (names.has(name)) throw rejected(`the proposer '${name}' is there twice`);
    names.add(name);
    if (publicKey === undefined) continue;
    if (!isLedgerPublicKey(publicKey))
      throw rejected(`the key of the proposer '${name}' is not the public part of a ledger key`);
    if (committers.some(({ keyId }) => keyId === ledgerKeyId(publicKey)))
      throw rejected(`the key of the proposer '${name}' is that of a committer, who may do anything`);
  }
}

/** Places that are gone, or take other things now: packages, or plain files. */
function lostPlaces(before: RepositorySettings, after: RepositorySettings): readonly Place[] {
  const { plainFiles } = formatByName(after.format);
  const id = (settings: RepositorySettings, place: Place): string =>
    [place.channel, place.component, plainFiles?.takes(settings, place)].join('\n');
  const kept = new Set(placesOf(after).map((place) => id(after, place)));
  return placesOf(before).filter((place) => !kept.has(id(before, place)));
}

function placesOf(settings: RepositorySettings): readonly Place[] {
  return settings.channels.flatMap(({ name }) =>
    settings.components.map((component) => ({ channel: name, component })),
  );
}

/** @throws PLACE_NOT_FOUND */
export function checkPlace(settings: RepositorySettings, { channel, component }: Filter): void {
  const channels = settings.channels.map(({ name }) => name);
  if (channel !== undefined && !channels.includes(channel)) throw noSuch('channel', channel, channels);
  if (component !== undefined && !settings.components.includes(component))
    throw noSuch('component', component, settings.components);
}

function noSuch(what: string, name: string, known: readonly string[]): PakhusError {
  return new PakhusError(
    'PLACE_NOT_FOUND',
    `the repository has no ${what} '${name}'; it has ${known.join(', ')}`,
    {
      hint: `Add '${name}' to the ${what}s in pakhus.yaml and run \`pakhus apply\`.`,
      details: { known },
    },
  );
}

/** The error of an intent that is refused. */
export function rejected(reason: string, hint?: string): PakhusError {
  return new PakhusError('INTENT_REJECTED', reason, hint === undefined ? {} : { hint });
}
