/** What a case of the format suite is given, and steps that many take. A case that fails throws. */
import assert from 'node:assert/strict';
import type { ByteSource } from '../core/byte-source.ts';
import { sha256Hex } from '../core/digest.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type {
  ChannelView,
  Format,
  PackageMeta,
  PackageRecord,
  RepositorySettings,
} from '../formats/format.ts';

/** A package to be made. */
export interface PackageWish {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** A format under test, and how packages of it are made. */
export interface FormatSubject {
  readonly format: Format;
  /** Two channels and, where clients know them, two components. */
  readonly settings: RepositorySettings;
  /** Two machine types, and the word for all of them. */
  readonly architectures: readonly [string, string];
  readonly independent: string;
  /** Ascending, no two of them equal. */
  readonly versions: readonly string[];
  /** The file of a package; `name` is what a build gives it. The same wish gives the same bytes. */
  make(wish: PackageWish): Promise<{ readonly name: string; readonly bytes: Uint8Array }>;
  /** Public keys as clients get them. */
  readonly publicKeys: readonly string[];
}

/** One promise of the port. */
export interface FormatCase {
  readonly name: string;
  run(subject: FormatSubject): Promise<void>;
}

/** A file in memory that answers at once, or later; each byte may be asked for once, in ascending order. */
export function strictSource(
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
  isLate: boolean,
): ByteSource {
  let next = 0;
  return {
    name,
    sizeBytes: bytes.length,
    read(offset, length) {
      assert.equal(offset, next, 'a byte was asked for twice, or passed over');
      assert.ok(offset + length <= bytes.length, 'bytes were asked for beyond the end');
      next += length;
      const piece = bytes.subarray(offset, offset + length);
      return isLate ? Promise.resolve(piece) : piece;
    },
  };
}

/** A package that was read and placed, in the first channel and component. */
export interface PlacedPackage {
  readonly meta: PackageMeta;
  readonly record: PackageRecord;
  readonly bytes: Uint8Array;
}

/** Makes, reads and places a package. */
export async function placed(
  subject: FormatSubject,
  wish: Partial<PackageWish> = {},
  { apart = false }: { readonly apart?: boolean } = {},
): Promise<PlacedPackage> {
  const { format, settings, independent, versions } = subject;
  const whole = { name: 'hello', version: versions[0] ?? '1', architecture: independent, ...wish };
  const file = await subject.make(whole);
  const { bytes } = file;
  const meta = await format.readPackage(strictSource(file, false));
  const sha256 = sha256Hex(bytes);
  const { name, version, architecture, metadata } = meta;
  const path = format.packagePath(meta, { settings, ...firstPlace(settings), sha256, apart });
  return {
    meta,
    bytes,
    record: { name, version, architecture, path, sizeBytes: bytes.length, sha256, metadata },
  };
}

/** The first channel and component. */
export function firstPlace({ channels, components }: RepositorySettings): {
  readonly channel: string;
  readonly component: string;
} {
  const [channel] = channels;
  const [component] = components;
  assert.ok(channel !== undefined && component !== undefined);
  return { channel: channel.name, component };
}

/** The first channel, with packages in these slots of the first component. */
export function viewOf({ settings }: FormatSubject, slots: readonly string[]): ChannelView {
  const [channel] = settings.channels;
  assert.ok(channel !== undefined);
  const { component } = firstPlace(settings);
  return {
    settings,
    channel,
    slots: slots.length === 0 ? new Map() : new Map([[component, new Set(slots)]]),
  };
}

/** Fails unless `work` fails with one of these codes. */
export async function refused(work: () => unknown, ...codes: readonly ErrorCode[]): Promise<PakhusError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof PakhusError, `no PakhusError: ${error}`);
    assert.ok(codes.includes(error.code), `${error.code}, expected ${codes.join(' or ')}: ${error.message}`);
    return error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

/** What is expected of a public path: segments that every store takes, and nothing that leaves the folder. */
export function checkPath(path: string): void {
  const segments = path.split('/');
  assert.ok(
    segments.every((one) => one !== '' && one !== '.' && one !== '..' && Buffer.byteLength(one) <= 255),
    `no path: ${path}`,
  );
}
