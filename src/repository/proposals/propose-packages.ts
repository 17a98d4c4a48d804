/** Proposing packages: their files come into the inbox, the proposal last. */
import { basename } from 'node:path';
import { proposedKey, proposedName } from '../../ledger/inbox.ts';
import { type Action, type InboxFile, type Place, withAllowance } from '../change/actions.ts';
import { type Changed, makeChange } from '../change/change.ts';
import type { ReadRevision } from '../change/content.ts';
import type { IngestPool } from '../ingest/ingest-pool.ts';
import type { InspectedPackage } from '../ingest/inspected.ts';
import type { Proposing, Repository, UseCaseOptions } from '../repository.ts';
import { findSpeaker } from './propose.ts';

/** @throws INTENT_REJECTED, PACKAGE_CHANGED, CLI_USAGE, STORE_* */
export async function proposePackages(
  repository: Repository,
  packages: readonly InspectedPackage[],
  options: UseCaseOptions & {
    readonly propose: Proposing;
    readonly place: Place;
    /** The newest revision, as far as this process may read it. */
    readonly tail: ReadRevision | undefined;
    readonly pool: IngestPool;
    readonly message: string;
    readonly allowUninstallable: boolean;
  },
): Promise<Changed> {
  const { place, pool, message, report, signal } = options;
  const id = repository.newId();
  const files = packages.map(
    ({ source, sizeBytes, sha256 }, index): InboxFile & { readonly source: string } => ({
      inbox: proposedName(index, basename(source)),
      source,
      sizeBytes,
      sha256,
    }),
  );
  const add: Action = { type: 'add', to: place, inbox: files.map(({ source: _, ...file }) => file) };
  const actions = withAllowance([add], options.allowUninstallable);
  const speaker = findSpeaker(repository, { actions, tail: options.tail }, options);
  const { who } = speaker;
  const task = 'Storing packages';
  const outcomes = await pool.store(files, {
    tree: repository.ledger.state,
    location: undefined,
    toTask: ({ inbox, ...file }) => {
      const path = proposedKey({ who, id }, inbox);
      return { ...file, path, apartPath: path, named: false };
    },
    ...(signal && { signal }),
    onProgress: (done) => report({ type: 'progress', task, done, total: files.length }),
  });
  for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
  return makeChange(repository, { id, actions, message, speaker }, options);
}
