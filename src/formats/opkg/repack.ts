/** From the form of Yocto (ar) to the one that opkg of OpenWrt takes: the same two archives, with gzip. */
import { AR_HEADER_BYTES, AR_MAGIC, arPaddedBytes, isAr, parseArHeader } from '../../codec/ar.ts';
import { archiveTruncated } from '../../codec/archive-error.ts';
import type { CompressionEncoding } from '../../codec/compression-encoding.ts';
import { decompress } from '../../codec/decompress.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { packIpk } from './write-ipk.ts';

const COMPRESSIONS: ReadonlyMap<string, CompressionEncoding> = new Map([
  ['', 'none'],
  ['.gz', 'gzip'],
  ['.xz', 'xz'],
  ['.zst', 'zstd'],
]);
/** As of packages that are read: `readPackage` was content with them before. */
const LIMIT_BYTES = 512 * 1024 ** 2;

/** The same package in the other form; the same bytes give the same bytes. All of it is in memory. @throws ARCHIVE_*, PACKAGE_INVALID */
export async function repackIpk(bytes: Uint8Array, { name }: { readonly name: string }): Promise<Uint8Array> {
  const members = new Map(readAr(bytes, name));
  const archive = async (part: string): Promise<Uint8Array> => {
    for (const [memberName, packed] of members) {
      const compression = memberName.startsWith(part)
        ? COMPRESSIONS.get(memberName.slice(part.length))
        : undefined;
      if (compression === undefined) continue;
      const pieces: Uint8Array[] = [];
      const context = { name: `${name}: ${memberName}`, limitBytes: LIMIT_BYTES };
      for await (const piece of decompress(compression, packed, context)) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces);
    }
    throw new PakhusError('PACKAGE_INVALID', `${name} cannot be repacked: there is no ${part} in it`, {
      details: { name },
    });
  };
  return packIpk(
    { control: await archive('control.tar'), data: await archive('data.tar') },
    { mtimeSeconds: 0 },
  );
}

function* readAr(bytes: Uint8Array, name: string): Generator<[string, Uint8Array]> {
  if (!isAr(bytes)) return;
  for (let at = AR_MAGIC.length; at < bytes.length; ) {
    const header = bytes.subarray(at, at + AR_HEADER_BYTES);
    if (header.length < AR_HEADER_BYTES) throw archiveTruncated(name, 'it ends inside a header');
    const { name: memberName, sizeBytes } = parseArHeader(header, { name });
    const start = at + AR_HEADER_BYTES;
    yield [memberName, bytes.subarray(start, start + sizeBytes)];
    at = start + arPaddedBytes(sizeBytes);
  }
}
