/** What pages and scripts say of setting up machines for a repository. */
import { joinUrl } from '../../config/addresses.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import { type FrontChannel, UNKNOWN_ADDRESS } from '../../pages/front-page.ts';
import type { SetupScript } from '../../pages/setup-script.ts';
import type { PublicSigner } from '../change/actions.ts';
import { instructionsFor } from '../client-setup.ts';
import type { Repository } from '../repository.ts';

interface ShownTerms {
  readonly settings: RepositorySettings;
  readonly signers: readonly PublicSigner[];
}

export interface Setups {
  /** What stands for the address of the repository, where nobody knows it. */
  readonly placeholder: string | undefined;
  readonly url: string;
  readonly setups: readonly Pick<FrontChannel, 'name' | 'setup'>[];
}

export function describeSetups(repository: Repository, terms: ShownTerms): Setups {
  const placeholder = repository.url === undefined ? joinUrl(UNKNOWN_ADDRESS, repository.path) : undefined;
  const url = repository.url ?? placeholder ?? UNKNOWN_ADDRESS;
  const { channels, components } = terms.settings;
  const setups = channels.map(({ name }) => ({
    name,
    setup: setupOf({ id: repository.name, url, channel: name, components }, terms),
  }));
  return { placeholder, url, setups };
}

/** What the script for clients is made from. Undefined: nobody knows where clients reach the repository. */
export function describeScript(repository: Repository, terms: ShownTerms): SetupScript | undefined {
  const { placeholder, url, setups } = describeSetups(repository, terms);
  if (placeholder !== undefined) return undefined;
  return {
    repository: repository.name,
    url,
    client: formatByName(terms.settings.format).client,
    fingerprints: terms.signers.map(({ fingerprint }) => fingerprint),
    channels: setups.flatMap(({ name, setup }) => (setup === undefined ? [] : [{ name, setup }])),
  };
}

/** Undefined: the address is one that this client cannot read, which `pakhus client` explains. */
function setupOf(...input: Parameters<typeof instructionsFor>): FrontChannel['setup'] {
  try {
    const { script, undo, next, variants } = instructionsFor(...input);
    return { script, undo, next, variants };
  } catch (error) {
    if (hasCode(error, 'SETTINGS_INVALID')) return undefined;
    throw error;
  }
}
