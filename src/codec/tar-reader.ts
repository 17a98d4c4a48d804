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
import { isZeroBlock, parseTarHeader, TAR_BLOCK_BYTES, type TarHeader, untilNul } from './tar-header.ts';
import { type PaxFields, parsePax } from './tar-pax.ts';

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

type State =
  | { readonly kind: 'header'; filled: number }
  | { readonly kind: 'metadata'; readonly typeFlag: string; readonly body: Uint8Array; filled: number }
  | { readonly kind: 'data'; readonly sink: TarDataSink | undefined; rest: number; readonly padding: number }
  | { readonly kind: 'padding'; rest: number }
  | { readonly kind: 'done' };

/** Starts reading an archive. */
export function createTarReader(options: TarReaderOptions): TarReader {
  const { name, limits } = options;
  const block = new Uint8Array(TAR_BLOCK_BYTES);
  let state: State = { kind: 'header', filled: 0 };
  let offset = 0;
  let entries = 0;
  let metadataBytes = 0;
  let globals: PaxFields = {};
  let pending: TarExtensions = {};

  function onHeader(): State {
    if (isZeroBlock(block)) {
      if (hasAny(pending)) throw archiveCorrupt(name, 'it ends after the extensions of an entry');
      return { kind: 'done' };
    }
    const header = parseTarHeader(block, { name, offset: offset - TAR_BLOCK_BYTES });
    const limit = metadataLimit(header.typeFlag);
    if (limit === undefined) return onEntryHeader(header);
    if (header.sizeBytes > limit) throw archiveTooLarge(name, { what: 'a tar extension', limit });
    metadataBytes += header.sizeBytes;
    if (metadataBytes > limits.metadataBytes) {
      throw archiveTooLarge(name, { what: 'tar extensions', limit: limits.metadataBytes });
    }
    if (header.sizeBytes === 0) return { kind: 'header', filled: 0 };
    return {
      kind: 'metadata',
      typeFlag: header.typeFlag,
      body: new Uint8Array(header.sizeBytes),
      filled: 0,
    };
  }

  function onEntryHeader(header: TarHeader): State {
    const entry = toTarEntry(header, { ...pending, globals, name });
    pending = {};
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

  function onMetadata(typeFlag: string, body: Uint8Array): State {
    if (typeFlag === 'L') pending.longPath = untilNul(body);
    else if (typeFlag === 'K') pending.longLink = untilNul(body);
    else if (typeFlag === 'x') pending.pax = { ...pending.pax, ...parsePax(body, { name }) };
    else globals = { ...globals, ...parsePax(body, { name }) };
    return afterData(paddingOf(body.length));
  }

  function fill(target: Uint8Array, filled: number, chunk: Uint8Array): number {
    const length = Math.min(target.length - filled, chunk.length);
    target.set(chunk.subarray(0, length), filled);
    return length;
  }

  /** Takes what it can of `chunk` (not empty) and says how much that was. */
  function step(chunk: Uint8Array): number {
    switch (state.kind) {
      case 'header': {
        const taken = fill(block, state.filled, chunk);
        state.filled += taken;
        offset += taken;
        if (state.filled === TAR_BLOCK_BYTES) state = onHeader();
        return taken;
      }
      case 'metadata': {
        const taken = fill(state.body, state.filled, chunk);
        state.filled += taken;
        offset += taken;
        if (state.filled === state.body.length) state = onMetadata(state.typeFlag, state.body);
        return taken;
      }
      case 'data': {
        const taken = Math.min(state.rest, chunk.length);
        state.sink?.(chunk.subarray(0, taken));
        state.rest -= taken;
        offset += taken;
        if (state.rest === 0) state = afterData(state.padding);
        return taken;
      }
      case 'padding': {
        const taken = Math.min(state.rest, chunk.length);
        state.rest -= taken;
        offset += taken;
        if (state.rest === 0) state = { kind: 'header', filled: 0 };
        return taken;
      }
      case 'done':
        return chunk.length;
    }
  }

  return {
    push: (chunk) => {
      for (let at = 0; at < chunk.length; ) at += step(at === 0 ? chunk : chunk.subarray(at));
    },
    end: () => {
      const atBoundary = state.kind === 'done' || (state.kind === 'header' && state.filled === 0);
      if (!atBoundary)
        throw archiveTruncated(name, `the tar archive ends at byte ${offset}, inside an entry`);
      if (hasAny(pending))
        throw archiveTruncated(name, 'the tar archive ends after the extensions of an entry');
    },
  };
}

function hasAny(pending: TarExtensions): boolean {
  return Object.keys(pending).length > 0;
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
