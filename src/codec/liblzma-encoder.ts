import { releaseBytes } from '../core/release-bytes.ts';
import { type Liblzma, LZMA } from './liblzma.ts';
import type { XzPreset } from './xz-encoder.ts';

/** Compresses with node-liblzma, as `encodeXz` does: in one call, for which the output has to hold the worst case. */
export async function encodeXzWithLiblzma(
  liblzma: Liblzma,
  work: { readonly plain: Uint8Array; readonly preset: XzPreset },
): Promise<Uint8Array> {
  const { plain, preset } = work;
  const stream = new liblzma(LZMA.encode, {
    check: LZMA.checkCrc32,
    preset,
    filters: [LZMA.filterLzma2],
    threads: 1,
  });
  const output = Buffer.allocUnsafeSlow(boundBytes(plain.length));
  try {
    const [status, outputLeft] = await new Promise<readonly [number, number]>((resolve) => {
      stream.code(LZMA.finish, plain, 0, plain.length, output, 0, (status, _inputLeft, outputLeft) =>
        resolve([status, outputLeft]),
      );
    });
    if (status !== LZMA.streamEnd) throw new Error(`liblzma cannot compress: status ${status}`);
    // A copy, so that the buffer for the worst case is not kept.
    return new Uint8Array(output.subarray(0, output.length - outputLeft));
  } finally {
    releaseBytes(output);
    stream.close();
  }
}

/** What cannot be compressed takes 3 bytes more for each 64 KiB, in some 100 bytes of headers and index. */
function boundBytes(plainBytes: number): number {
  return plainBytes + Math.ceil(plainBytes / 4096) + 1024;
}
