/** What the front page of a repository shows. */
import type { Catalog } from '../../catalog/catalog.ts';
import { joinUrl } from '../../config/addresses.ts';
import { formatByName } from '../../formats/table.ts';
import { type FrontPage, UNKNOWN_ADDRESS } from '../../pages/front-page.ts';
import type { PublicSigner } from '../change/actions.ts';
import { publicKeyPath } from '../change/public-keys.ts';
import { instructionsFor } from '../client-setup.ts';
import type { Repository } from '../repository.ts';
import type { RunPages } from './pages-content.ts';

/** But for the revision and its date. */
export function describeFront(
  repository: Repository,
  shown: {
    readonly catalog: Catalog;
    readonly runs: readonly RunPages[];
    readonly signers: readonly PublicSigner[];
  },
): Omit<FrontPage, 'rev' | 'dateMs'> {
  const { catalog, runs, signers } = shown;
  const { settings } = catalog;
  const format = formatByName(settings.format);
  const placeholder = repository.url === undefined ? joinUrl(UNKNOWN_ADDRESS, repository.path) : undefined;
  const url = repository.url ?? placeholder ?? UNKNOWN_ADDRESS;
  const { components } = settings;
  return {
    repository: repository.name,
    format: format.client,
    placeholder,
    channels: settings.channels.map(({ name }) => {
      const { script, undo, next, variants } = instructionsFor(
        { id: repository.name, url, channel: name, components },
        { settings, signers },
      );
      return {
        name,
        setup: { script, undo, next, variants },
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
}
