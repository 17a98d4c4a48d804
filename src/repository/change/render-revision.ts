/** What a revision consists of, once its packages are known: indexes, and the pointers over them, signed. */

import type { BlobRef } from '../../catalog/blobs.ts';
import { callOf } from '../../catalog/call-of.ts';
import {
  type Catalog,
  type CatalogChannel,
  channelView,
  type IndexEntry,
  renderedIndexes,
  withDates,
} from '../../catalog/catalog.ts';
import { editCatalog, type RunEdits } from '../../catalog/edit-catalog.ts';
import { createIndexFiles } from '../../catalog/index-files.ts';
import { putJson } from '../../catalog/json-blob.ts';
import { runTogether } from '../../catalog/run-together.ts';
import type { Report } from '../../core/report-event.ts';
import { ENCODING_SUFFIX, type Format, type PackageRecord } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Prepared } from '../../ledger/commit.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { withLeafNames } from '../gate/leaf-names.ts';
import type { SignAll } from '../keys/keys.ts';
import { signingOnes } from '../keys/signers.ts';
import type { Repository } from '../repository.ts';
import type { Content } from './content.ts';
import { publicKeyFile, type RevisionAt, signPointers } from './pointers.ts';
import type { Terms } from './terms.ts';

export interface IndexWork {
  readonly at: RevisionAt;
  /** What the base says; undefined for revision 1. */
  readonly before: Content | undefined;
  readonly terms: Terms;
  readonly edits: readonly RunEdits[];
  readonly report: Report;
}

export interface RenderedIndexes {
  readonly catalog: Catalog;
  /** Indexes that were made, not taken over. */
  readonly made: readonly IndexEntry[];
  readonly sign: SignAll;
}

/** Splices the indexes, and opens the signing keys meanwhile. @throws KEY_NOT_FOUND when one of them is not here */
export async function renderIndexes(
  repository: Repository,
  { at, before, terms, edits, report }: IndexWork,
): Promise<RenderedIndexes> {
  const { settings, signers } = terms;
  const format = formatByName(settings.format);
  report({ type: 'progress', task: 'Rendering indexes' });
  const { blobs, state } = repository.ledger;
  const files = createIndexFiles({ tree: repository.tree, state, blobs, format });
  const leaves = withLeafNames(repository.catalog.leaves, format);
  const deps = { ...repository.catalog, leaves, format, files };
  // Loading OpenPGP takes this thread, so it is done while the first block is compressed; a missing key ends it before more is.
  const busy = Promise.withResolvers<void>();
  const { resolve: onBusy } = busy;
  const [{ catalog, made }, sign] = await runTogether(at.signal, (signal) => [
    editCatalog(before?.catalog, { settings, edits }, { ...deps, onBusy, signal }).finally(onBusy),
    busy.promise.then(() =>
      repository.keys.openSigner(signingOnes(signers), { nowMs: at.signedAtMs, signal }),
    ),
  ]);
  return { catalog, made, sign };
}

export interface PointerWork
  extends Omit<IndexWork, 'edits' | 'report'>,
    Omit<RenderedIndexes, 'made'>,
    Pick<Content, 'pins' | 'foreign'> {
  /** Channels to be signed anew in any case. */
  readonly resigned: ReadonlySet<string>;
  /**
   * Clients read these names already, as another program wrote them: what they begin with is written first. It promises by-hash
   * names, which are there, so that it fits whatever lies at the usual ones.
   */
  readonly takesOver?: boolean;
}

/** All pointers of the revision: aliases of every channel, the public keys, then each channel's own, the entry last. */
export async function renderPointers(
  repository: Repository,
  work: PointerWork,
): Promise<Pick<Prepared, 'content' | 'pointers'>> {
  const { at, before, terms, sign, pins, foreign } = work;
  const format = formatByName(terms.settings.format);
  const earlier = new Map(at.base?.manifest.pointers.map((one) => [one.path, one]) ?? []);
  const changed = work.catalog.channels.filter((channel) => isChanged(channel, work));
  const catalog = withDates(work.catalog, new Map(changed.map(({ name }) => [name, at.signedAtMs])));
  const fresh = new Map<string, readonly PointerEntry[]>();
  for (const channel of changed) {
    const view = channelView(catalog, channel.name);
    if (view === undefined)
      throw new Error(`channel ${channel.name} is in the catalog and not in its settings`);
    const plans = format.renderChannel(view, { indexes: renderedIndexes(channel), dateMs: at.signedAtMs });
    fresh.set(channel.name, await signPointers(repository, { plans, sign, at }));
  }
  const own = catalog.channels.map(({ name }) => {
    const paths = before?.channelPointers.find((one) => one.channel === name)?.paths ?? [];
    return { channel: name, entries: fresh.get(name) ?? paths.flatMap((path) => earlier.get(path) ?? []) };
  });
  const usualNames = catalog.channels.flatMap((channel) => aliases(channel, { format, rev: at.rev }));
  const keys = await publicKeyFile(repository, { signers: terms.signers, at });
  const entries = own.flatMap((one) => one.entries);
  const all = work.takesOver
    ? [keys, ...entries.toReversed(), ...usualNames]
    : [...usualNames, keys, ...entries];
  const content: Content = {
    catalog,
    signers: terms.signers,
    pins,
    foreign,
    channelPointers: own.map((one) => ({ channel: one.channel, paths: one.entries.map(({ path }) => path) })),
  };
  return { content, pointers: all.map((entry) => keepSince(entry, earlier.get(entry.path))) };
}

/** The list of package files that a revision brings; null when it brings none. */
export async function putBroughtFiles(
  { ledger }: Repository,
  brought: readonly PackageRecord[],
  call: CallOptions,
): Promise<BlobRef | null> {
  if (brought.length === 0) return null;
  const files = brought.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
  return putJson(ledger.blobs, files, callOf(call));
}

/** A channel is signed anew when its indexes, the settings or the signers changed, or when somebody asks for it. */
function isChanged(channel: CatalogChannel, { before, terms, resigned }: PointerWork): boolean {
  if (resigned.has(channel.name)) return true;
  const old = before?.catalog.channels.find(({ name }) => name === channel.name);
  if (before === undefined || old === undefined || old.dateMs === 0) return true;
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return !(
    same(channel.indexes, old.indexes) &&
    same(terms.settings, before.catalog.settings) &&
    same(terms.signers, before.signers)
  );
}

/** The indexes at their usual names, for clients that do not ask by hash. */
function aliases(
  channel: CatalogChannel,
  at: { readonly format: Format; readonly rev: number },
): readonly PointerEntry[] {
  return channel.indexes.flatMap((index) =>
    index.files.flatMap(({ encoding, sizeBytes, sha256, from }) => {
      if (from === undefined) return [];
      const path = index.path + ENCODING_SUFFIX[encoding];
      return [{ path, sizeBytes, sha256, from, contentType: at.format.contentType(path), since: at.rev }];
    }),
  );
}

function keepSince(entry: PointerEntry, old: PointerEntry | undefined): PointerEntry {
  return old !== undefined && old.sha256 === entry.sha256 ? { ...entry, since: old.since } : entry;
}
