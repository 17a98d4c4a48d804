/**
 * The use cases: publish, remove, promote, apply, list, verify, repair…
 *
 * ```
 *  files ─ingest─▶ packages in the tree        actions ─propose─▶ intent
 *                                                                   │ ledger: commitIntents
 *             base revision + intents ─applyIntents─▶ edits ─editCatalog─▶ indexes ─signPointers─▶ pointers
 *                                                                   │ ledger: publishTail
 *                                                                clients
 * ```
 * Each returns data, reports through a callback, and never prints.
 */
import type { Report } from '../core/report-event.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Storage } from '../storage/storage.ts';
import type { TreeLocation } from './ingest/worker-messages.ts';
import type { RepositoryKeys } from './keys.ts';
import type { Site } from './live/site.ts';

/** One repository of a store, opened. It may have no revision yet. */
export interface Repository {
  readonly name: string;
  /** Its folder in the store. */
  readonly path: string;
  /** The public folder. */
  readonly tree: Storage;
  /** How worker threads find the public folder; undefined when they cannot. */
  readonly location: TreeLocation | undefined;
  readonly ledger: Ledger;
  readonly keys: RepositoryKeys;
  /** Where clients reach its folder; undefined when nobody said. */
  readonly url: string | undefined;
  /** Where changes are read back as clients get them; undefined: nowhere. */
  readonly site: Site | undefined;
  readonly newId: () => string;
}

/** What every use case takes. */
export interface UseCaseOptions {
  readonly report: Report;
  readonly signal?: AbortSignal;
}
