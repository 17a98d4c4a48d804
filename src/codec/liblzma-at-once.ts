import { type Liblzma, LZMA } from './liblzma.ts';
import { LIBLZMA_DECODER } from './liblzma-decoder.ts';

/** Most members of packages have less plain text. */
const SCRATCH_BYTES = 262_144;

/** Kept, because a buffer for each of 60,000 packages would keep the garbage collector busy. */
let scratch: Uint8Array | undefined;

/**
 * The plain bytes of an xz file, in memory that the next call fills again. Undefined when they do not fit there, or when
 * anything is wrong: the decoder in pieces then says what.
 */
export function decodeXzAtOnce(liblzma: Liblzma, bytes: Uint8Array): Uint8Array | undefined {
  scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  const stream = new liblzma(LZMA.decode, LIBLZMA_DECODER);
  try {
    const [status, , outputLeft] = stream.codeSync(LZMA.finish, bytes, 0, bytes.length, scratch, 0);
    return status === LZMA.streamEnd ? scratch.subarray(0, SCRATCH_BYTES - outputLeft) : undefined;
  } finally {
    stream.close();
  }
}
