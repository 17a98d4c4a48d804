/** What the front page of a repository shows. */
import type { Catalog } from '../../catalog/catalog.ts';
import { formatByName } from '../../formats/table.ts';
import type { FrontPage } from '../../pages/front-page.ts';
import { renderSetupScript } from '../../pages/setup-script.ts';
import type { PublicSigner } from '../change/actions.ts';
import { publicKeyPath } from '../change/public-keys.ts';
import type { Repository } from '../repository.ts';
import { describeScript, describeSetups } from './describe-setup.ts';
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
  const terms = { settings, signers };
  const { placeholder, setups } = describeSetups(repository, terms);
  const page = {
    repository: repository.name,
    format: format.client,
    placeholder,
    channels: setups.map(({ name, setup }) => {
      return {
        name,
        setup,
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
  const input = describeScript(repository, terms);
  const script = input && renderSetupScript(input);
  return { page: { ...page, hasScript: script !== undefined }, script };
}
