import { liblzma } from './liblzma.ts';
import { encodeXzWithLiblzma } from './liblzma-encoder.ts';
import { encodeXzWithLzmaNative } from './lzma-native-encoder.ts';

/** How hard to look for matches, as the presets of xz of that name. */
export type XzPreset = 4 | 5 | 6;

/**
 * Compresses text to an xz stream of one block (of none when it is empty) with a CRC-32, in the thread pool.
 *
 * On 16 MiB of Debian 12's `Packages` in blocks of 1 MiB, with liblzma 5.4 (node-liblzma) and 5.2 (lzma-native):
 *
 * | preset | ms of processor time for a block | bytes, to those of `xz -6` in one block |
 * | ------ | -------------------------------- | --------------------------------------- |
 * | 4      | 132                              | 1.141                                   |
 * | 5      | 174 (lzma-native 337)            | 1.094                                   |
 * | 6      | 223 (lzma-native 439)            | 1.076                                   |
 */
export function encodeXz(plain: Uint8Array, options: { readonly preset: XzPreset }): Promise<Uint8Array> {
  if (liblzma) return encodeXzWithLiblzma(liblzma, { plain, preset: options.preset });
  return encodeXzWithLzmaNative(plain, options);
}
