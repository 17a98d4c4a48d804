/** Reads one package: its format, metadata and digest in one pass. */
import { closeSync, constants, fstatSync, openSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { createSha256, sha256Hex } from '../../core/digest.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Format } from '../../formats/format.ts';
import { recogniseFormats } from '../../formats/table.ts';
import type { CallOptions, Storage } from '../../storage/storage.ts';
import { createForwardReader } from './forward-reader.ts';
import { hashingSource, memorySource } from './hashing-source.ts';
import type { FileKind, FormatWish, InspectedPackage, KnownDigests, RecognisedFile } from './inspected.ts';
import { orClaimant } from './or-claimant.ts';

/** Files up to this size are read whole, at once: 60,000 small packages then cost no turn of the event loop each. */
const WHOLE_LIMIT_BYTES = 1024 * 1024;
const HEAD_BYTES = 4096;

const read = promisify(readCallback);
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** How a file is to be looked at. */
export interface InspectOptions {
  /** Without them it is always read to its end and parsed. */
  readonly known?: KnownDigests;
  readonly wish?: FormatWish;
}

/** A file of this machine. @throws PACKAGE_UNKNOWN_FORMAT, PACKAGE_INVALID, ARCHIVE_* with its path */
export async function inspectPackage(
  path: string,
  { known = new Map(), wish = {} }: InspectOptions = {},
): Promise<InspectedPackage | RecognisedFile> {
  try {
    // Without waiting for the other end of a pipe.
    const fd = openSync(path, READ_FLAGS);
    try {
      const info = fstatSync(fd);
      if (!info.isFile()) throw new Error('it is no regular file');
      if (info.size > WHOLE_LIMIT_BYTES)
        return await inspectLarge(path, { fd, sizeBytes: info.size, known, wish });
      return await inspectSmall(path, { bytes: readWhole(fd, info.size), known, wish });
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof PakhusError || !(error instanceof Error)) throw error;
    throw unreadable(path, error);
  }
}

async function inspectSmall(
  path: string,
  { bytes, known, wish }: Required<InspectOptions> & { readonly bytes: Uint8Array },
): Promise<InspectedPackage | RecognisedFile> {
  const sizeBytes = bytes.length;
  if (known.size > 0) {
    const sha256 = sha256Hex(bytes);
    if (known.get(sha256) === sizeBytes) return { source: path, sizeBytes, sha256 };
  }
  return inspectBytes(path, { bytes, wish });
}

async function inspectLarge(
  path: string,
  file: Required<InspectOptions> & { readonly fd: number; readonly sizeBytes: number },
): Promise<InspectedPackage | RecognisedFile> {
  const { fd, sizeBytes, known, wish } = file;
  const ranges = { sizeBytes, readAt: (offset: number, length: number) => readAt(fd, offset, length) };
  // A second pass over the bytes is spared where it cannot help.
  if ([...known.values()].includes(sizeBytes)) {
    const sha256 = await hashingSource(path, ranges).sha256();
    if (known.get(sha256) === sizeBytes) return { source: path, sizeBytes, sha256 };
  }
  return inspectRanges(path, { ...ranges, wish });
}

/** As many bytes as there are, up to `sizeBytes`. */
function readWhole(fd: number, sizeBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const bytesRead = readSync(fd, bytes, filled, sizeBytes - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function readAt(fd: number, offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await read(fd, bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/**
 * An object of a store, read once, as what it is known to be; errors call it `name`, by default by its place.
 * @throws as {@link inspectPackage}, STORE_*
 */
export async function inspectObject(
  storage: Storage,
  key: string,
  {
    name = `${storage.name}/${key}`,
    as,
    ...options
  }: CallOptions & { readonly name?: string; readonly as: FileKind },
): Promise<InspectedPackage> {
  const { info, body } = await storage.read(key, options);
  const { sizeBytes } = info;
  if (typeof as !== 'string') {
    const digest = createSha256();
    for await (const chunk of body) digest.update(chunk);
    return { ...as, source: name, sizeBytes, sha256: digest.hex() };
  }
  const wish = { only: as };
  const reader = createForwardReader(body);
  try {
    if (sizeBytes > WHOLE_LIMIT_BYTES)
      return await inspectRanges(name, {
        sizeBytes,
        readAt: (offset, length) => reader.readAt(offset, length),
        wish,
      });
    const bytes = await reader.readAt(0, sizeBytes);
    if (bytes.length < sizeBytes) throw endsEarly(storage, key, bytes.length);
    return await inspectBytes(name, { bytes, wish });
  } finally {
    await reader.close();
  }
}

function endsEarly({ name }: Storage, key: string, sizeBytes: number): PakhusError {
  return new PakhusError('STORE_UNAVAILABLE', `${name}: ${key} ended after ${sizeBytes} bytes`, {
    details: { store: name, key },
  });
}

async function inspectBytes(
  name: string,
  { bytes, wish }: { readonly bytes: Uint8Array; readonly wish: FormatWish },
): Promise<InspectedPackage> {
  const formats = requireFormats(name, { head: bytes.subarray(0, HEAD_BYTES), wish });
  const { format, meta } = await orClaimant(formats, (one) => one.readPackage(memorySource(name, bytes)));
  return { source: name, format: format.name, meta, sizeBytes: bytes.length, sha256: sha256Hex(bytes) };
}

async function inspectRanges(
  name: string,
  file: {
    readonly sizeBytes: number;
    readonly readAt: (offset: number, length: number) => Promise<Uint8Array>;
    readonly wish: FormatWish;
  },
): Promise<InspectedPackage> {
  const { wish, sizeBytes } = file;
  const formats = requireFormats(name, { head: await file.readAt(0, HEAD_BYTES), wish });
  let source = hashingSource(name, file);
  const { format, meta } = await orClaimant(formats, (one) => {
    source = hashingSource(name, file);
    return one.readPackage(source);
  });
  return { source: name, format: format.name, meta, sizeBytes, sha256: await source.sha256() };
}

/** The formats that the file can be of, the likeliest first. */
function requireFormats(
  path: string,
  { head, wish }: { readonly head: Uint8Array; readonly wish: FormatWish },
): readonly [Format, ...Format[]] {
  const found = recogniseFormats(head, path);
  const wanted = found.find(({ name }) => name === wish.only) ?? found[0];
  const [first, ...others] =
    wish.only === undefined
      ? found.toSorted((a, b) => rank(b, wish) - rank(a, wish))
      : wanted === undefined
        ? []
        : [wanted];
  if (first !== undefined) return [first, ...others];
  const what = head.length === 0 ? 'is empty' : 'is no package of a known format';
  throw new PakhusError('PACKAGE_UNKNOWN_FORMAT', `${path} ${what}`, {
    hint: 'Remove the file from what you publish, or fetch or build it again.',
    details: { path, head: Buffer.from(head.subarray(0, 16)).toString('hex') },
  });
}

function rank({ name }: Format, { first }: FormatWish): number {
  return first?.includes(name) ? 1 : 0;
}

function unreadable(path: string, cause: Error): PakhusError {
  if (!('code' in cause) && cause.message !== 'it is no regular file') throw cause;
  return new PakhusError('PACKAGE_INVALID', `${path} cannot be read: ${cause.message}`, {
    cause,
    hint: 'Check the path and its permissions.',
    details: { path },
  });
}
