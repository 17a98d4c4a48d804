/**
 * What a revision contains. Immutable, content-addressed: two revisions share every blob that did not change.
 *
 * ```
 * catalog            settings, channels, lists of runs and indexes: plain JSON, part of the ledger's manifest
 *  ├─ run            noble/main/amd64: the ordered leaves            blob, rewritten when one of them changes
 *  │   └─ leaf       some 256 packages, sorted                       blob, cut where a hash of the packages says so
 *  └─ index          dists/noble/main/binary-amd64/Packages: its files by encoding, each at a name that never changes
 *      └─ table      which bytes of the files come from which leaf   blob
 * ```
 * ```
 * edits ─editRun─▶ runs ─renderIndex─▶ indexes          both together: editCatalog
 *
 * index file       │ head │ segment of l0 │ segment of l1 │ segment of l2 │ … │ tail │
 *                             copied          rendered         copied           made anew
 * ```
 * An index is spliced: segments of touched leaves are rendered and compressed, all others are byte ranges of the parent's
 * file, each checked by the digest in the parent's table, and rendered again from its leaf when it differs. gzip has one
 * deflate segment per leaf in one member, zstd one frame per leaf, xz one block per group of leaves in one stream.
 *
 * The catalog knows neither commits nor keys.
 */
import { arrayOf, field, isRecord, num, text } from '../core/shape.ts';
import type {
  ChannelView,
  Encoding,
  IndexPlan,
  RenderedIndex,
  RepositorySettings,
} from '../formats/format.ts';
import { type BlobRef, readBlobRef } from './blobs.ts';
import { compareUtf8 } from './package-key.ts';
import { parseSettings } from './settings.ts';

/** Plain JSON; the same content always has the same text. */
export interface Catalog {
  readonly settings: RepositorySettings;
  /** One for each channel of the settings, by name. */
  readonly channels: readonly CatalogChannel[];
  /** Those that hold packages, by channel, component and slot. */
  readonly runs: readonly RunEntry[];
}

export interface CatalogChannel {
  readonly name: string;
  /** The date that was signed last, whole seconds in milliseconds since 1970; 0 before the first. */
  readonly dateMs: number;
  /** In the order in which the format plans them. */
  readonly indexes: readonly IndexEntry[];
}

/** A list of packages: which of a component's lists it is, in the format's own word. */
export interface RunKey {
  readonly channel: string;
  readonly component: string;
  readonly slot: string;
}

/** Some of the runs: what is left out means all. */
export type RunFilter = { readonly [K in keyof RunKey]?: string | undefined };

export interface RunEntry extends RunKey {
  readonly packages: number;
  readonly ref: BlobRef;
}

/** An index as it was made. */
export interface IndexEntry extends Omit<IndexPlan, 'encodings'> {
  /** `plain` is always there, published or not. */
  readonly files: readonly IndexFile[];
  /** SHA-256 of the runs that it lists, in its order; slots without packages have none. */
  readonly runs: readonly string[];
  /** Its segments. */
  readonly table: BlobRef;
}

export interface IndexFile {
  readonly encoding: Encoding;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Where the bytes lie under a name that never changes: a blob of the state, or a public file. Absent: nowhere. */
  readonly from?: IndexFileSource;
}

export type IndexFileSource = { readonly blob: string } | { readonly tree: string };

/** Reads a catalog from JSON. @throws TypeError that says which field is wrong. */
export function parseCatalog(value: unknown): Catalog {
  return {
    settings: field(value, 'settings', parseSettings),
    channels: field(value, 'channels', arrayOf(catalogChannel)),
    runs: field(value, 'runs', arrayOf(runEntry)),
  };
}

/** The run `key` names; undefined when it holds no package. */
export function runEntryOf(catalog: Pick<Catalog, 'runs'>, key: RunKey): RunEntry | undefined {
  return catalog.runs.find((run) => compareRunKeys(run, key) === 0);
}

export function isIn(run: RunKey, where: RunFilter): boolean {
  return (
    (where.channel ?? run.channel) === run.channel &&
    (where.component ?? run.component) === run.component &&
    (where.slot ?? run.slot) === run.slot
  );
}

/** By channel, component and slot. */
export function compareRunKeys(a: RunKey, b: RunKey): number {
  return (
    compareUtf8(a.channel, b.channel) || compareUtf8(a.component, b.component) || compareUtf8(a.slot, b.slot)
  );
}

/** A channel as its format wants to see it; undefined when the settings have no such channel. */
export function channelView(
  catalog: Pick<Catalog, 'settings' | 'runs'>,
  name: string,
): ChannelView | undefined {
  const { settings } = catalog;
  const channel = settings.channels.find((one) => one.name === name);
  if (!channel) return undefined;
  const runs = Map.groupBy(
    catalog.runs.filter((run) => run.channel === name),
    (run) => run.component,
  );
  const slots = new Map(
    [...runs].map(([component, own]) => [component, new Set(own.map((run) => run.slot))]),
  );
  return { settings, channel, slots };
}

/** A channel's indexes as `Format.renderChannel` wants them. */
export function renderedIndexes(channel: CatalogChannel): readonly RenderedIndex[] {
  return channel.indexes.map(({ path, component, slots, segment, files }) => {
    const encodings = publishedEncodings(files);
    return { plan: { path, component, slots, segment, encodings }, files };
  });
}

/** Encodings whose bytes are kept. */
export function publishedEncodings(files: readonly IndexFile[]): readonly Encoding[] {
  return files.filter((file) => file.from !== undefined).map((file) => file.encoding);
}

/** The catalog with new dates for some channels. */
export function withDates(catalog: Catalog, dates: ReadonlyMap<string, number>): Catalog {
  const channels = catalog.channels.map((channel) => ({
    ...channel,
    dateMs: dates.get(channel.name) ?? channel.dateMs,
  }));
  return { ...catalog, channels };
}

function catalogChannel(value: unknown): CatalogChannel {
  return {
    name: field(value, 'name', text),
    dateMs: field(value, 'dateMs', num),
    indexes: field(value, 'indexes', arrayOf(indexEntry)),
  };
}

function runEntry(value: unknown): RunEntry {
  return {
    channel: field(value, 'channel', text),
    component: field(value, 'component', text),
    slot: field(value, 'slot', text),
    packages: field(value, 'packages', num),
    ref: field(value, 'ref', readBlobRef),
  };
}

function indexEntry(value: unknown): IndexEntry {
  return {
    path: field(value, 'path', text),
    component: field(value, 'component', text),
    slots: field(value, 'slots', arrayOf(text)),
    segment: field(value, 'segment', text),
    files: field(value, 'files', arrayOf(indexFile)),
    runs: field(value, 'runs', arrayOf(text)),
    table: field(value, 'table', readBlobRef),
  };
}

function indexFile(value: unknown): IndexFile {
  const file = {
    encoding: field(value, 'encoding', encoding),
    sizeBytes: field(value, 'sizeBytes', num),
    sha256: field(value, 'sha256', text),
  };
  return isRecord(value) && 'from' in value ? { ...file, from: field(value, 'from', source) } : file;
}

function source(value: unknown): IndexFileSource {
  return isRecord(value) && 'blob' in value
    ? { blob: field(value, 'blob', text) }
    : { tree: field(value, 'tree', text) };
}

function encoding(value: unknown): Encoding {
  if (value === 'plain' || value === 'gzip' || value === 'xz' || value === 'zstd') return value;
  throw new TypeError(`unknown encoding '${value}'`);
}
