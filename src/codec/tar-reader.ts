/**
 * Reads a tar archive that is pushed in pieces of any size: no streams, no promises, and no memory but for one header
 * and the long name or pax records that precede an entry.
 *
 * ```
 *            ┌──────────── size 0 ────────────┐
 * header ────┼─ L K x g ─▶ metadata ─▶ padding ┴─▶ header … zero block ─▶ done: the rest is not looked at
 *            └─ others ──▶ data ─────▶ padding
 * ```
 */
import { archiveCorrupt, archiveTooLarge, archiveTruncated } from './archive-error.ts';
import { type TarEntry, type TarExtensions, toTarEntry } from './tar-entry.ts';
import { parseTarHeader, TAR_BLOCK_BYTES, type TarHeader } from './tar-header.ts';
import { type PaxFields, parsePax } from './tar-pax.ts';
import { tarText } from './tar-text.ts';

const MAX_LONG_NAME_BYTES = 65_536;
const MAX_PAX_BYTES = 1_048_576;

/** Takes the data of an entry, `sizeBytes` in all. A chunk is valid during the call only. */
type TarDataSink = (chunk: Uint8Array) => void;

/** Limits of one archive; beyond them: ARCHIVE_TOO_LARGE. */
export interface TarLimits {
  readonly entries: number;
  /** Bytes of all long names and pax records together. */
  readonly metadataBytes: number;
  /** Bytes of the archive. */
  readonly totalBytes?: number;
}

export interface TarReaderOptions {
  /** What to call the archive in messages. */
  readonly name: string;
  readonly limits: TarLimits;
  /** Called with the type of each header that describes the next entry: `x`, `g` (pax), `L`, `K` (GNU). */
  onExtension?(typeFlag: string): void;
  /** Called for each entry; what it returns is called with the data. What it throws comes out of `push`. */
  onEntry(entry: TarEntry): TarDataSink | undefined;
}

export interface TarReader {
  /** Fails with ARCHIVE_CORRUPT or ARCHIVE_TOO_LARGE; the reader is of no use afterwards. */
  push(chunk: Uint8Array): void;
  /**
   * Says that nothing follows. Fails with ARCHIVE_TRUNCATED inside an entry. As for GNU tar and dpkg, an archive may
   * lack the zero blocks at its end, and may have anything after them.
   */
  end(): void;
}

const NO_EXTENSIONS: TarExtensions = {};

type State =
  | { readonly kind: 'header'; filled: number }
  | { readonly kind: 'metadata'; readonly typeFlag: string; readonly body: Buffer; filled: number }
  | { readonly kind: 'data'; readonly sink: TarDataSink | undefined; rest: number; readonly padding: number }
  | { readonly kind: 'padding'; rest: number }
  | { readonly kind: 'done' };

/** Starts reading an archive. */
export function createTarReader(options: TarReaderOptions): TarReader {
  const { name, limits } = options;
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  let state: State = { kind: 'header', filled: 0 };
  let offset = 0;
  let entries = 0;
  let metadataBytes = 0;
  let globals: PaxFields = {};
  let pending: TarExtensions = NO_EXTENSIONS;

  /** The header block at `start` of `bytes` ends at `offset` of the archive. */
  function onHeader(bytes: Buffer, start: number): State {
    const header = parseTarHeader(bytes, { start, name, offset: offset - TAR_BLOCK_BYTES });
    if (header === undefined) {
      if (pending !== NO_EXTENSIONS) throw archiveCorrupt(name, 'it ends after the extensions of an entry');
      return { kind: 'done' };
    }
    const limit = metadataLimit(header.typeFlag);
    if (limit === undefined) return onEntryHeader(header);
    if (header.sizeBytes > limit) throw archiveTooLarge(name, { what: 'a tar extension', limit });
    options.onExtension?.(header.typeFlag);
    metadataBytes += header.sizeBytes;
    if (metadataBytes > limits.metadataBytes) {
      throw archiveTooLarge(name, { what: 'tar extensions', limit: limits.metadataBytes });
    }
    if (header.sizeBytes === 0) return { kind: 'header', filled: 0 };
    return {
      kind: 'metadata',
      typeFlag: header.typeFlag,
      body: Buffer.alloc(header.sizeBytes),
      filled: 0,
    };
  }

  function onEntryHeader(header: TarHeader): State {
    const entry = toTarEntry(header, { pending, globals, name });
    pending = NO_EXTENSIONS;
    entries += 1;
    if (entries > limits.entries) throw archiveTooLarge(name, { what: 'tar entries', limit: limits.entries });
    const end = offset + entry.sizeBytes;
    if (!Number.isSafeInteger(end) || end > (limits.totalBytes ?? end)) {
      const limit = limits.totalBytes ?? Number.MAX_SAFE_INTEGER;
      throw archiveTooLarge(name, { what: `tar entry ${JSON.stringify(entry.path)}`, limit });
    }
    const sink = options.onEntry(entry);
    if (entry.sizeBytes === 0) return { kind: 'header', filled: 0 };
    return { kind: 'data', sink, rest: entry.sizeBytes, padding: paddingOf(entry.sizeBytes) };
  }

  function onMetadata(typeFlag: string, body: Buffer): State {
    if (typeFlag === 'L') pending = { ...pending, longPath: tarText(body) };
    else if (typeFlag === 'K') pending = { ...pending, longLink: tarText(body) };
    else if (typeFlag === 'x') pending = { ...pending, pax: { ...pending.pax, ...parsePax(body, { name }) } };
    else globals = { ...globals, ...parsePax(body, { name }) };
    return afterData(paddingOf(body.length));
  }

  /** Takes what it can of `chunk` from `at` (not its end) and says how much that was. */
  function step(chunk: Buffer, at: number): number {
    const given = chunk.length - at;
    switch (state.kind) {
      case 'header': {
        const taken = Math.min(TAR_BLOCK_BYTES - state.filled, given);
        offset += taken;
        if (taken === TAR_BLOCK_BYTES) {
          state = onHeader(chunk, at);
          return taken;
        }
        chunk.copy(block, state.filled, at, at + taken);
        state.filled += taken;
        if (state.filled === TAR_BLOCK_BYTES) state = onHeader(block, 0);
        return taken;
      }
      case 'metadata': {
        const taken = Math.min(state.body.length - state.filled, given);
        chunk.copy(state.body, state.filled, at, at + taken);
        state.filled += taken;
        offset += taken;
        if (state.filled === state.body.length) state = onMetadata(state.typeFlag, state.body);
        return taken;
      }
      case 'data': {
        const taken = Math.min(state.rest, given);
        state.sink?.(chunk.subarray(at, at + taken));
        state.rest -= taken;
        offset += taken;
        if (state.rest === 0) state = afterData(state.padding);
        return taken;
      }
      case 'padding': {
        const taken = Math.min(state.rest, given);
        state.rest -= taken;
        offset += taken;
        if (state.rest === 0) state = { kind: 'header', filled: 0 };
        return taken;
      }
      case 'done':
        return given;
    }
  }

  return {
    push: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      for (let at = 0; at < bytes.length; ) at += step(bytes, at);
    },
    end: () => {
      const atBoundary = state.kind === 'done' || (state.kind === 'header' && state.filled === 0);
      if (!atBoundary)
        throw archiveTruncated(name, `the tar archive ends at byte ${offset}, inside an entry`);
      if (pending !== NO_EXTENSIONS)
        throw archiveTruncated(name, 'the tar archive ends after the extensions of an entry');
    },
  };
}

function paddingOf(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

function afterData(padding: number): State {
  return padding === 0 ? { kind: 'header', filled: 0 } : { kind: 'padding', rest: padding };
}

/** Undefined for a type that is an entry by itself. */
function metadataLimit(typeFlag: string): number | undefined {
  if (typeFlag === 'L' || typeFlag === 'K') return MAX_LONG_NAME_BYTES;
  if (typeFlag === 'x' || typeFlag === 'g') return MAX_PAX_BYTES;
  return undefined;
}
