/** What clients get today and will not get any more: said before anything is changed. */

import { hasCode } from '../../core/pakhus-error.ts';
import type { ListedChannel } from '../../formats/adoption.ts';
import { readPublicKeys } from '../../signing/openpgp-key.ts';
import { readBytes } from '../../storage/read-all.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import type { PublicSigner } from '../change/actions.ts';
import { publicKeyPath } from '../change/public-keys.ts';

const KEY_PATH = publicKeyPath('openpgp');

/** Something that clients lose, in words. */
export interface Loss {
  /** Undefined: of the whole repository. */
  readonly channel: string | undefined;
  readonly what: string;
  /** Nobody does without it unknowingly: it needs a yes. */
  readonly isGrave: boolean;
}

const SHOWN = 3;

/** What the entry file of a channel will not list any more; the files stay where they are. */
export function channelLosses(channels: readonly ListedChannel[]): readonly Loss[] {
  return channels.flatMap(({ settings: { name: channel }, lost }) => {
    const loss = (names: readonly string[], what: string, isGrave: boolean): readonly Loss[] =>
      names.length === 0 ? [] : [{ channel, what: `${what}: ${shorten(names)}`, isGrave }];
    return [
      ...loss(lost.sources, 'source packages', true),
      ...loss(lost.translations, 'translated descriptions', true),
      ...loss(lost.contents, 'lists of files (apt-file)', false),
      ...loss(lost.others, 'other files', false),
      ...loss(lost.fields, 'fields of Release', false),
    ];
  });
}

/** The file of public keys is written anew: whoever had other keys there, or something else, loses it. */
export async function keyFileLosses(
  tree: Storage,
  signers: readonly PublicSigner[],
  call: CallOptions = {},
): Promise<readonly Loss[]> {
  const there = await keysAt(tree, call);
  const own = new Set(signers.map(({ fingerprint }) => fingerprint));
  if (there === undefined || (there.length > 0 && there.every((one) => own.has(one)))) return [];
  const what = there.length === 0 ? 'something that is no key' : `the keys ${there.join(' and ')}`;
  return [{ channel: undefined, what: `${KEY_PATH}, which holds ${what}, is written anew`, isGrave: true }];
}

/** Fingerprints; empty: the file is there and holds no key. */
async function keysAt(tree: Storage, call: CallOptions): Promise<readonly string[] | undefined> {
  try {
    const bytes = await readBytes(tree, KEY_PATH, { ...call, limitBytes: 1024 * 1024 });
    return await readPublicKeys(Buffer.from(bytes).toString('latin1'), { origin: KEY_PATH });
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    if (hasCode(error, 'KEY_INVALID', 'KEY_WEAK', 'STORE_OBJECT_TOO_LARGE')) return [];
    throw error;
  }
}

function shorten(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
