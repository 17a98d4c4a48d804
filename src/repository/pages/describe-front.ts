/** What the front page of a repository shows. */
import type { Catalog } from '../../catalog/catalog.ts';
import { joinUrl } from '../../config/addresses.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { ClientInstructions } from '../../formats/client-types.ts';
import { formatByName } from '../../formats/table.ts';
import { type FrontPage, UNKNOWN_ADDRESS } from '../../pages/front-page.ts';
import { renderSetupScript } from '../../pages/setup-script.ts';
import type { PublicSigner } from '../change/actions.ts';
import { publicKeyPath } from '../change/public-keys.ts';
import { instructionsFor } from '../client-setup.ts';
import type { Repository } from '../repository.ts';
import type { RunPages } from './pages-content.ts';

/** The page, but for the revision and its date, and the script beside it. */
export interface Front {
  readonly page: Omit<FrontPage, 'rev' | 'dateMs'>;
  /** Undefined: there is none, because nobody knows where clients reach the repository. */
  readonly script: string | undefined;
}

export function describeFront(
  repository: Repository,
  shown: {
    readonly catalog: Catalog;
    readonly runs: readonly RunPages[];
    readonly signers: readonly PublicSigner[];
  },
): Front {
  const { catalog, runs, signers } = shown;
  const { settings } = catalog;
  const format = formatByName(settings.format);
  const placeholder = repository.url === undefined ? joinUrl(UNKNOWN_ADDRESS, repository.path) : undefined;
  const url = repository.url ?? placeholder ?? UNKNOWN_ADDRESS;
  const { components } = settings;
  const page = {
    repository: repository.name,
    format: format.client,
    placeholder,
    channels: settings.channels.map(({ name }) => {
      return {
        name,
        setup: setupOf({ id: repository.name, url, channel: name, components }, { settings, signers }),
        runs: catalog.runs.flatMap(({ channel, component, slot, packages }, index) => {
          const page = runs[index];
          if (page === undefined) throw new Error(`the run of ${channel}/${component}/${slot} has no page`);
          return channel === name ? [{ component, slot, packages, path: page.path }] : [];
        }),
      };
    }),
    signers: signers.map(({ fingerprint, stage }) => ({ fingerprint, note: stage })),
    keyPath: format.signedBy === undefined ? undefined : publicKeyPath(format.signedBy),
  };
  const script =
    placeholder === undefined
      ? renderSetupScript({
          repository: repository.name,
          url,
          client: format.client,
          fingerprints: signers.map(({ fingerprint }) => fingerprint),
          channels: page.channels.flatMap(({ name, setup }) =>
            setup === undefined ? [] : [{ name, setup }],
          ),
        })
      : undefined;
  return { page: { ...page, hasScript: script !== undefined }, script };
}

/** Undefined: the address is one that this client cannot read, which `pakhus client` explains. */
function setupOf(...input: Parameters<typeof instructionsFor>): FrontPage['channels'][number]['setup'] {
  try {
    const { script, undo, next, variants }: ClientInstructions = instructionsFor(...input);
    return { script, undo, next, variants };
  } catch (error) {
    if (hasCode(error, 'SETTINGS_INVALID')) return undefined;
    throw error;
  }
}
