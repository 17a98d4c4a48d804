/**
 * From open intents to the next revision, everything but the record written: the edits are applied, touched indexes are
 * spliced, and every changed pointer is rendered and signed.
 */
import {
  type Catalog,
  type CatalogChannel,
  channelView,
  type IndexEntry,
  renderedIndexes,
  withDates,
} from '../../catalog/catalog.ts';
import { editCatalog } from '../../catalog/edit-catalog.ts';
import { createIndexFiles } from '../../catalog/index-files.ts';
import { putJson } from '../../catalog/json-blob.ts';
import { runTogether } from '../../catalog/run-together.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Report } from '../../core/report-event.ts';
import { ENCODING_SUFFIX, type Format } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Prepare, Prepared, PrepareInput } from '../../ledger/commit.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import type { Settlement } from '../../ledger/record.ts';
import { findRefusal } from '../gate/gate.ts';
import { withLeafNames } from '../gate/leaf-names.ts';
import { pastOf } from '../history/past-revisions.ts';
import type { Pin } from '../history/pins.ts';
import { inspectObject } from '../ingest/inspect-package.ts';
import type { InspectedPackage } from '../ingest/inspected.ts';
import type { SignAll } from '../keys/keys.ts';
import { signingOnes } from '../keys/signers.ts';
import type { ProposedFiles } from '../proposals/proposed-files.ts';
import type { Repository } from '../repository.ts';
import { applyIntents } from './apply-intents.ts';
import { catalogLookup } from './catalog-lookup.ts';
import { type Content, readContent, termsOf } from './content.ts';
import { publicKeyFile, signPointers } from './pointers.ts';
import type { Terms } from './terms.ts';

export interface PrepareOptions {
  /** Files of the public folder that this process wrote, by path. */
  readonly own?: OwnFiles | undefined;
  /** Files that came with proposals. */
  readonly proposed: Pick<ProposedFiles, 'take'>;
  /** An intent that passed the gate already, as the first change on top of a revision. */
  readonly passed?: { readonly ref: string; readonly rev: number } | undefined;
  readonly report: Report;
}

/** Files that need not be read again. */
export interface OwnFiles {
  readonly byPath: ReadonlyMap<string, InspectedPackage>;
  /** They were stored when this was the newest revision. Later ones may have collected what nothing named yet. */
  readonly since: number;
  /** Stores one again if it is not there any more. */
  restore(path: string): Promise<void>;
}

/** Prepares revisions of `repository`. @throws KEY_NOT_FOUND when a signer that the revision names is not here */
export function createPrepare(repository: Repository, options: PrepareOptions): Prepare {
  return async (input) => {
    const call = input.signal === undefined ? {} : { signal: input.signal };
    const { base } = input;
    const before = base === undefined ? undefined : readContent(base);
    const { own, proposed } = options;
    const inspect = async (path: string): Promise<InspectedPackage> => {
      const known = own?.byPath.get(path);
      if (known === undefined) return inspectObject(repository.tree, path, call);
      if (own?.since !== (base?.signed.record.rev ?? 0)) await own?.restore(path);
      return known;
    };
    const applied = await applyIntents({
      repository: repository.name,
      terms: base === undefined || before === undefined ? undefined : termsOf(base, before),
      pins: before?.pins ?? [],
      base: catalogLookup(repository.catalog, before?.catalog),
      swept: input.swept,
      intents: input.intents,
      files: { inspect, take: proposed.take },
      findRefusal: async (step, { ref, isFirst, settings }) => {
        const { passed, report } = options;
        const rev = base?.signed.record.rev ?? 0;
        if (isFirst && passed?.ref === ref && passed.rev === rev) return undefined;
        return findRefusal(repository, { step, settings }, { report, ...call });
      },
      past: pastOf(repository, base && before && { revision: base, content: before }, call),
      ...call,
    });
    if (applied.settled.length === 0 && input.intents.length > 0) return undefined;
    if (applied.terms === undefined) throw nothingMade(repository, applied.settled);
    const { terms } = applied;
    const format = formatByName(terms.settings.format);
    options.report({ type: 'progress', task: 'Rendering indexes' });
    const { blobs, state } = repository.ledger;
    const edits = applied.changes.edits();
    const files = createIndexFiles({ tree: repository.tree, state, blobs, format });
    const change = { settings: terms.settings, edits };
    const leaves = withLeafNames(repository.catalog.leaves, format);
    const deps = { ...repository.catalog, leaves, format, files };
    // Loading OpenPGP takes this thread, so it is done while the first block is compressed; a missing key ends it before more is.
    const busy = Promise.withResolvers<void>();
    const { resolve: onBusy } = busy;
    const [{ catalog, made }, sign] = await runTogether(input.signal, (signal) => [
      editCatalog(before?.catalog, change, { ...deps, onBusy, signal }).finally(onBusy),
      busy.promise.then(() =>
        repository.keys.openSigner(signingOnes(terms.signers), { nowMs: input.signedAtMs, signal }),
      ),
    ]);
    if (made.some((index) => namesSwept(index, input.swept))) return undefined;
    const { pins, resigned } = applied;
    const rendering = { input, before, terms, pins, resigned, catalog, format, sign };
    const next = await renderPointers(repository, rendering);
    const earlier = new Set(base?.manifest.pointers.map(({ path }) => path));
    if (next.pointers.some(({ path }) => input.swept.has(path) && !earlier.has(path))) return undefined;
    const added = applied.added.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
    return {
      ...next,
      committers: terms.committers,
      proposers: terms.proposers,
      files: added.length === 0 ? null : await putJson(blobs, added, call),
      settled: applied.settled,
      message: messageOf(input, applied.settled),
    };
  };
}

/** A file of the index has a name that is being deleted. */
function namesSwept({ files }: IndexEntry, swept: ReadonlySet<string>): boolean {
  return files.some(({ from }) => from !== undefined && 'tree' in from && swept.has(from.tree));
}

interface Rendering {
  readonly input: PrepareInput;
  readonly before: Content | undefined;
  readonly terms: Terms;
  readonly pins: readonly Pin[];
  /** Channels to be signed anew in any case. */
  readonly resigned: ReadonlySet<string>;
  readonly catalog: Catalog;
  readonly format: Format;
  readonly sign: SignAll;
}

/** All pointers of the revision: aliases of every channel, the public keys, then each channel's own, the entry last. */
async function renderPointers(
  repository: Repository,
  rendering: Rendering,
): Promise<Pick<Prepared, 'content' | 'pointers'>> {
  const { input, before, terms, format, sign } = rendering;
  const earlier = new Map(input.base?.manifest.pointers.map((one) => [one.path, one]) ?? []);
  const changed = rendering.catalog.channels.filter((channel) => isChanged(channel, rendering));
  const catalog = withDates(rendering.catalog, new Map(changed.map(({ name }) => [name, input.signedAtMs])));
  const fresh = new Map<string, readonly PointerEntry[]>();
  for (const channel of changed) {
    const view = channelView(catalog, channel.name);
    if (view === undefined)
      throw new Error(`channel ${channel.name} is in the catalog and not in its settings`);
    const plans = format.renderChannel(view, { indexes: renderedIndexes(channel), dateMs: input.signedAtMs });
    fresh.set(channel.name, await signPointers(repository, { plans, sign, input }));
  }
  const own = catalog.channels.map(({ name }) => {
    const paths = before?.channelPointers.find((one) => one.channel === name)?.paths ?? [];
    return { channel: name, entries: fresh.get(name) ?? paths.flatMap((path) => earlier.get(path) ?? []) };
  });
  const all = [
    ...catalog.channels.flatMap((channel) => aliases(channel, { format, rev: input.rev })),
    await publicKeyFile(repository, { signers: terms.signers, input }),
    ...own.flatMap(({ entries }) => entries),
  ];
  const content: Content = {
    catalog,
    signers: terms.signers,
    pins: rendering.pins,
    channelPointers: own.map(({ channel, entries }) => ({ channel, paths: entries.map(({ path }) => path) })),
  };
  return { content, pointers: all.map((entry) => keepSince(entry, earlier.get(entry.path))) };
}

/** A channel is signed anew when its indexes, the settings or the signers changed, or when somebody asks for it. */
function isChanged(channel: CatalogChannel, { before, terms, resigned }: Rendering): boolean {
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

/** What was done, and who proposed it without being a committer. */
function messageOf({ intents }: PrepareInput, settled: readonly Settlement[]): string {
  const done = new Set(settled.flatMap(({ ref, rejected }) => (rejected === undefined ? [ref] : [])));
  const messages = intents
    .filter(({ ref }) => done.has(ref))
    .map(({ message, who, proposer }) =>
      proposer === undefined ? message : `${message} (proposed by ${who})`,
    );
  const [first] = messages;
  if (first === undefined) return 'rejected proposals only';
  return messages.length === 1 ? first : `${messages.length} changes: ${messages.slice(0, 5).join('; ')}`;
}

function nothingMade(
  repository: Repository,
  settled: readonly { readonly rejected?: string }[],
): PakhusError {
  const why = settled.flatMap(({ rejected }) => rejected ?? []).join('; ');
  return new PakhusError('INTENT_REJECTED', `${repository.name} was not made: ${why}`, {
    hint: 'Correct what is named and run the command again.',
  });
}
