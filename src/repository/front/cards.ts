/** What the root of a store tells of each repository. Nothing in it changes with packages, so a usual publish leaves it alone. */
import { REPOSITORY_NAME } from '../../config/names.ts';
import { formatByName } from '../../formats/table.ts';
import type { SetupScript } from '../../pages/setup-script.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { PublicSigner } from '../change/actions.ts';
import { describeScript } from '../pages/describe-setup.ts';
import { findTail } from '../read-repository.ts';
import type { Workspace } from '../workspace.ts';

export interface RepositoryCard {
  readonly name: string;
  /** Its folder in the store; empty: the store itself. */
  readonly path: string;
  readonly client: string;
  readonly channels: readonly string[];
  /** It has pages of its own. */
  readonly hasPages: boolean;
  readonly signers: readonly PublicSigner[];
  /** What sets machines up; undefined: nobody knows its address. */
  readonly setup: SetupScript | undefined;
}

/** Those that have a revision, by name. @throws LEDGER_*, STORE_* */
export async function readCards(workspace: Workspace, call: CallOptions): Promise<readonly RepositoryCard[]> {
  const cards: RepositoryCard[] = [];
  for (const config of await workspace.repositories()) {
    if (!REPOSITORY_NAME.pattern.test(config.name)) continue;
    const repository = await workspace.open(config);
    const tail = await findTail(repository, call);
    if (tail === undefined) continue;
    const { signers, pages, catalog } = tail.content;
    const { settings } = catalog;
    cards.push({
      name: config.name,
      path: config.path,
      client: formatByName(settings.format).client,
      channels: settings.channels.map(({ name }) => name),
      hasPages: pages !== null && pages !== undefined,
      signers,
      setup: describeScript(repository, { settings, signers }),
    });
  }
  return cards;
}
