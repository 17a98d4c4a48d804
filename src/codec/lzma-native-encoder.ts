import { loadLzmaNative } from './lzma-native-decoder.ts';
import type { XzPreset } from './xz-encoder.ts';

/** All that the presets 4 to 6 differ in, but for dictionaries (liblzma, lzma_encoder_presets.c). */
const NICE_BYTES = { 4: 16, 5: 32, 6: 64 } as const;

// Text, unlike programs, is not aligned to 4 bytes: xz(1) says to use pb=0 and lc=4 for it.
const TEXT = { lc: 4, lp: 0, pb: 0 } as const;
const MODE_NORMAL = 2;
const MATCH_FINDER_BT4 = 0x14;
const CHECK_CRC32 = 1;
const MIN_DICTIONARY_BYTES = 4096;
const MAX_DICTIONARY_BYTES = 8_388_608;

/**
 * Compresses with lzma-native, as `encodeXz` does. The dictionary is no larger than the text, which saves most of an
 * encoder's 94 MiB.
 */
export function encodeXzWithLzmaNative(
  plain: Uint8Array,
  options: { readonly preset: XzPreset },
): Promise<Uint8Array> {
  const lzma = loadLzmaNative();
  const lzma2 = {
    ...TEXT,
    dictSize: dictionaryBytes(plain.length),
    mode: MODE_NORMAL,
    mf: MATCH_FINDER_BT4,
    niceLen: NICE_BYTES[options.preset],
    depth: 0,
  };
  return new Promise((resolve, reject) => {
    const stream = new lzma.Stream();
    const output: Uint8Array[] = [];
    let finishing = false;
    stream.bufferHandler = (bytes, _processedChunks, error) => {
      if (error) reject(new Error('liblzma cannot compress', { cause: error }));
      else if (bytes) output.push(bytes);
      else if (bytes === null) resolve(Buffer.concat(output));
      else if (!finishing) {
        // The text is taken. Asking for the end any earlier would let two threads at the same encoder.
        finishing = true;
        stream.code(null, true);
      }
    };
    stream.streamEncoder({ filters: [{ id: lzma.FILTER_LZMA2, options: lzma2 }], check: CHECK_CRC32 });
    stream.code(plain, true);
  });
}

/** The power of two that holds the text. */
function dictionaryBytes(plainBytes: number): number {
  let bytes = MIN_DICTIONARY_BYTES;
  while (bytes < plainBytes && bytes < MAX_DICTIONARY_BYTES) bytes *= 2;
  return bytes;
}
