/**
 * The root of a store: a page of its repositories, a script that sets machines up, public keys. It is made from the newest revision of
 * each repository, by whoever changed one of those in a way that it shows; a process that dies before leaves it to `pakhus repair`.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Storage } from '../../storage/storage.ts';
import type { UseCaseOptions } from '../repository.ts';
import type { Workspace } from '../workspace.ts';
import { readCards } from './cards.ts';
import { NO_FRONT, type PlacedFront, placeFront, readFront } from './place-front.ts';
import { renderFront } from './render-front.ts';

/**
 * Brings it up to date. Where a repository owns the root, or nothing was published, it is left alone; with `pages: false` it goes.
 * @throws LEDGER_*, STORE_*
 */
export async function makeFront(
  workspace: Workspace,
  { signal, dryRun }: Pick<UseCaseOptions, 'signal'> & { readonly dryRun: boolean },
): Promise<PlacedFront> {
  const { store, url, config } = workspace;
  const call = signal === undefined ? {} : { signal };
  const wanted = async () => {
    const cards = await readCards(workspace, call);
    if (cards.length === 0 || cards.some(({ path }) => path === '')) return undefined;
    return config.pages.value ? renderFront(url, cards) : [];
  };
  return placeFront(store, wanted, { ...call, dryRun });
}

/** The same after a change, which stands whatever comes of this: a failure is a warning. */
export function refreshFront(workspace: Workspace, options: UseCaseOptions): Promise<PlacedFront> {
  return orWarn(workspace.store, options, () => makeFront(workspace, { ...options, dryRun: false }));
}

/** Carries the files over to the copy of a store as they are, like the pages of its repositories. A failure is a warning. */
export function copyFront(from: Storage, to: Storage, options: UseCaseOptions): Promise<PlacedFront> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const how = { ...call, dryRun: false, deletesNothing: true };
  return orWarn(to, options, () => placeFront(to, () => readFront(from, call), how));
}

async function orWarn(
  store: Storage,
  { report }: UseCaseOptions,
  work: () => Promise<PlacedFront>,
): Promise<PlacedFront> {
  try {
    const placed = await work();
    if (placed.taken !== undefined)
      report({
        type: 'warning',
        code: 'pages-taken',
        message: `${store.name}/${placed.taken} is not from pakhus, so it was left as it is, and the store has no page of its repositories`,
        hint: 'Move it away and run `pakhus repair`, or set `pages: false` in pakhus.yaml.',
      });
    return placed;
  } catch (error) {
    if (!(error instanceof PakhusError)) throw error;
    report({
      type: 'warning',
      code: 'front-behind',
      message: `the page of the store and its setup.sh were not brought up to date: ${error.message}`,
      hint: 'Nothing else is missing. Run `pakhus repair` where all of the store can be written.',
    });
    return NO_FRONT;
  }
}
