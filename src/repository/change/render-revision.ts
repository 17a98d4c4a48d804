/** What a revision consists of, once its packages are known: indexes, and the pointers over them, signed. */

import {
  type Catalog,
  type CatalogChannel,
  channelView,
  type IndexEntry,
  renderedIndexes,
  withDates,
} from '../../catalog/catalog.ts';
import { editCatalog, type RunEdits } from '../../catalog/edit-catalog.ts';
import { createIndexFiles, type IndexFiles } from '../../catalog/index-files.ts';
import { runTogether } from '../../catalog/run-together.ts';
import type { Report } from '../../core/report-event.ts';
import { ENCODING_SUFFIX, type Format, type PointerPlan, type SignatureForm } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Prepared } from '../../ledger/make-revision.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import { withLeafNames } from '../gate/leaf-names.ts';
import { kindOf, type SignAll } from '../keys/keys.ts';
import { signingOnes } from '../keys/signers.ts';
import type { MadePages } from '../pages/make-pages.ts';
import type { Repository } from '../repository.ts';
import type { PublicSigner } from './actions.ts';
import type { Content } from './content.ts';
import { indexFilesOf, inWritingOrder, makePointers, type RevisionAt } from './pointers.ts';
import { publicKeyFiles } from './public-keys.ts';
import type { Terms } from './terms.ts';
import { usualNames } from './usual-names.ts';

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
  readonly format: Format;
  readonly files: IndexFiles;
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
  const { blobs, state, uploads } = repository.ledger;
  const files = createIndexFiles({ tree: repository.tree, state, blobs, format, uploads });
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
  return { catalog, made, format, files, sign };
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
  readonly pages: MadePages;
}

/** All pointers of the revision: indexes of every channel, the public keys, the front page, then each channel's own, the entry last. */
export async function renderPointers(
  repository: Repository,
  work: PointerWork,
): Promise<Pick<Prepared, 'content' | 'pointers'>> {
  const { at, before, terms, format, pins, foreign, pages } = work;
  const earlier = new Map(at.base?.manifest.pointers.map((one) => [one.path, one]) ?? []);
  const changed = work.catalog.channels.filter((channel) => isChanged(channel, work));
  const catalog = withDates(work.catalog, new Map(changed.map(({ name }) => [name, at.signedAtMs])));
  const own: { readonly channel: string; readonly entries: readonly PointerEntry[] }[] = [];
  const files: PointerEntry[] = [];
  const indexes: PointerEntry[] = [];
  const others: PointerEntry[] = [];
  for (const channel of catalog.channels) {
    const { name, dateMs } = channel;
    const view = channelView(catalog, name);
    if (view === undefined) throw new Error(`channel ${name} is in the catalog and not in its settings`);
    const plans = format
      .renderChannel(view, { indexes: renderedIndexes(channel), dateMs })
      .filter((plan) => !('ifKeyed' in plan) || hasKey(signingOnes(terms.signers), plan.sign));
    const paths = before?.channelPointers.find((one) => one.channel === name)?.paths ?? [];
    const entries = changed.some((one) => one.name === name)
      ? await renderOwn(repository, { channel, plans, earlier, work })
      : paths.flatMap((path) => earlier.get(path) ?? []);
    own.push({ channel: name, entries });
    const of = new Map(plans.map((plan) => [plan.path, 'of' in plan ? plan.of : undefined]));
    files.push(...(await usualNames(repository, { catalog, channel, format, ...at })));
    const indexNames = aliases(channel, { format, rev: at.rev });
    const order = inWritingOrder(
      indexNames,
      entries.map((entry) => ({ entry, of: of.get(entry.path) })),
      name,
    );
    indexes.push(...order.indexes);
    others.push(...order.others);
  }
  const keys = await publicKeyFiles(repository, { signers: terms.signers, at });
  const all =
    work.takesOver === true || isOnTopOfImport(at.base, before)
      ? [...files, ...keys, ...pages.pointers, ...others.toReversed(), ...indexes].map(unordered)
      : [
          ...files,
          ...indexes,
          ...keys.map((entry) => ({ ...entry, phase: 0 })),
          ...pages.pointers.map((entry) => ({ ...unordered(entry), phase: 1 })),
          ...others,
        ];
  const content: Content = {
    catalog,
    signers: terms.signers,
    pins,
    foreign,
    pages: pages.content,
    channelPointers: own.map((one) => ({ channel: one.channel, paths: one.entries.map(({ path }) => path) })),
  };
  return { content, pointers: all.map((entry) => keepSince(entry, earlier.get(entry.path))) };
}

/** The base took over what another program made, and was maybe not published: its clients may know nothing but that program's files. */
function isOnTopOfImport(base: RevisionAt['base'], before: Content | undefined): boolean {
  if (base?.signed.record.rev !== 1) return false;
  const own = new Set(before?.channelPointers.flatMap(({ paths }) => paths));
  const last = base.manifest.pointers.at(-1);
  return last !== undefined && !own.has(last.path);
}

/** A channel's own pointers. What is signed over one index file, or made from it, stays as it is while that file and the signers do. */
function renderOwn(
  repository: Repository,
  {
    channel,
    plans,
    earlier,
    work,
  }: {
    readonly channel: CatalogChannel;
    readonly plans: readonly PointerPlan[];
    readonly earlier: ReadonlyMap<string, PointerEntry>;
    readonly work: PointerWork;
  },
): Promise<readonly PointerEntry[]> {
  const { at, before, terms, sign, files, resigned } = work;
  const indexFiles = indexFilesOf(channel);
  const old = before?.catalog.channels.find(({ name }) => name === channel.name);
  const oldFiles = old === undefined ? undefined : indexFilesOf(old);
  const isKept = before !== undefined && !resigned.has(channel.name) && isSame(terms.signers, before.signers);
  const known = (plan: PointerPlan): PointerEntry | undefined => {
    if (!isKept || 'bytes' in plan || 'copy' in plan) return undefined;
    const file = indexFiles.get(plan.of);
    const isSameFile = file !== undefined && oldFiles?.get(plan.of)?.sha256 === file.sha256;
    return isSameFile ? earlier.get(plan.path) : undefined;
  };
  return makePointers(repository, { plans, sign, at, indexFiles, files, known });
}

function hasKey(signers: readonly PublicSigner[], form: SignatureForm): boolean {
  return signers.some(({ publicKey }) => (kindOf(publicKey) === 'usign') === (form === 'usign'));
}

/** A channel is signed anew when its indexes, the settings or the signers changed, or when somebody asks for it. */
function isChanged(channel: CatalogChannel, { before, terms, resigned }: PointerWork): boolean {
  if (resigned.has(channel.name)) return true;
  const old = before?.catalog.channels.find(({ name }) => name === channel.name);
  if (before === undefined || old === undefined || old.dateMs === 0) return true;
  return !(
    isSame(channel.indexes, old.indexes) &&
    isSame(terms.settings, before.catalog.settings) &&
    isSame(terms.signers, before.signers)
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
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

/** Written in its turn, by itself. */
function unordered({ phase: _, lane: __, ...entry }: PointerEntry): PointerEntry {
  return entry;
}

function keepSince(entry: PointerEntry, old: PointerEntry | undefined): PointerEntry {
  return old !== undefined && old.sha256 === entry.sha256 ? { ...entry, since: old.since } : entry;
}
