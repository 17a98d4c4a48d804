/** How a client uses a channel: files, commands, and how to take it back. */
import { joinUrl, trimClientUrl } from '../config/addresses.ts';
import { fillPlace, type PartialPlace } from '../config/place.ts';
import type { ClientInput, ClientInstructions } from '../formats/client-types.ts';
import type { RepositorySettings } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { PublicSigner } from './change/actions.ts';
import { publicKeyPath } from './change/public-keys.ts';
import { openTail } from './read-repository.ts';
import type { Repository } from './repository.ts';

export interface ClientSetup extends ClientInstructions {
  readonly repository: string;
  readonly channel: string;
  readonly components: readonly string[];
  readonly url: string;
  readonly fingerprints: readonly string[];
  /** The URL is a guess, because none is configured. */
  readonly urlIsLocal: boolean;
}

/** @throws REPOSITORY_NOT_FOUND, PLACE_NOT_FOUND */
export async function clientSetup(
  repository: Repository,
  { place, url }: { readonly place: PartialPlace; readonly url: string | undefined },
): Promise<ClientSetup> {
  const { content } = await openTail(repository);
  const { settings } = content.catalog;
  const { channel, component } = fillPlace(place, settings);
  const components = place.component === undefined ? settings.components : [component];
  const base =
    (url === undefined ? repository.url : joinUrl(trimClientUrl(url), repository.path)) ??
    `file://${repository.tree.name}`;
  const instructions = instructionsFor(
    { id: repository.name, url: base, channel, components },
    { settings, signers: content.signers },
  );
  return {
    ...instructions,
    repository: repository.name,
    channel,
    components,
    url: base,
    fingerprints: content.signers.map(({ fingerprint }) => fingerprint),
    urlIsLocal: base.startsWith('file:'),
  };
}

/** What a format tells the clients of a channel. `url`: where the repository's folder is reached, without a final slash. */
export function instructionsFor(
  client: Pick<ClientInput, 'id' | 'url' | 'channel' | 'components'>,
  { settings, signers }: { readonly settings: RepositorySettings; readonly signers: readonly PublicSigner[] },
): ClientInstructions {
  const format = formatByName(settings.format);
  return format.clientInstructions({
    ...client,
    architectures: settings.architectures,
    settings,
    publicKeys: signers.map(({ publicKey }) => publicKey),
    fingerprints: signers.map(({ fingerprint }) => fingerprint),
    keyUrl: `${client.url}/${publicKeyPath(format.signedBy)}`,
  });
}
