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
 *
 * Here: what people ask for of a repository itself. `ingest/` reads package files, `change/` makes a revision of what was asked,
 * `gate/` refuses what breaks installing, `proposals/` is for changes that others commit, `history/` for what was, `keys/` for signers over
 * time, `collect/` gives room back, `import/` takes over what other programs made, `mirror/` follows it; `verify/`, `live/` and `doctor/` look at what is there;
 * `copy/` carries all of it to another store, `purge/` tells caches, and `buckets/` is about who may do what where.
 */
import type { CatalogReader } from '../catalog/catalog-reader.ts';
import type { PurgeConfig } from '../config/resolved-config.ts';
import type { Report } from '../core/report-event.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import type { BaseIndexes } from './gate/base-indexes.ts';
import type { TreeLocation } from './ingest/worker-messages.ts';
import type { RepositoryKeys } from './keys/keys.ts';
import type { Site, StateSite } from './live/site.ts';

/** One repository of a store, opened. It may have no revision yet. */
export interface Repository {
  readonly name: string;
  /** Its folder in the store; empty: the store itself. */
  readonly path: string;
  /** The public folder. */
  readonly tree: Storage;
  /** How worker threads find the public folder; undefined when they cannot. */
  readonly location: TreeLocation | undefined;
  readonly ledger: Ledger;
  /** Reads its packages, each part once. */
  readonly catalog: CatalogReader;
  readonly keys: RepositoryKeys;
  /** Indexes that clients have besides its own. */
  readonly bases: BaseIndexes;
  /** Copies a blob of the state to a free path of the public folder, inside the store where it can. @throws STORE_CONFLICT */
  publishBlob(key: string, path: string, options?: CallOptions): Promise<void>;
  /** Where clients reach its folder: as configured, or at the bucket itself; undefined: a folder, and nobody said. */
  readonly url: string | undefined;
  /** Where changes are read back as clients get them; undefined: nowhere. */
  readonly site: Site | undefined;
  /** Where somebody without credentials might find its state. */
  readonly stateSites: readonly StateSite[];
  /** What is told of changed pointers; undefined: nothing stands in front of it. */
  readonly purge: Caches | undefined;
  readonly newId: () => string;
}

/** Caches in front of a repository, and what their commands run with. */
export interface Caches extends PurgeConfig {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where clients reach the store through them; undefined: nobody said. */
  readonly url: string | undefined;
}

/** Who proposes. */
export interface Proposing {
  /** A proposer's name; undefined: a committer, by its key. */
  readonly as: string | undefined;
}

/** What every use case takes. */
export interface UseCaseOptions {
  /** Changes are only proposed, for somebody else to commit; undefined: they are made. */
  readonly propose?: Proposing | undefined;
  readonly report: Report;
  readonly signal?: AbortSignal;
}
