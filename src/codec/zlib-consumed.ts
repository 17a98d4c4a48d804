/** What a call of node:zlib gives for `info: true`, which its types leave out. */
export interface Consumed {
  readonly plain: Uint8Array;
  /** How much of the input was read; what follows the end of the compressed data is not. */
  readonly usedBytes: number;
}

/** Reads the result of a call with `info: true`. */
export function consumedOf(result: unknown): Consumed {
  if (!isInfo(result)) throw new Error('node:zlib did not tell how much it read');
  return { plain: result.buffer, usedBytes: result.engine.bytesWritten };
}

function isInfo(value: unknown): value is { buffer: Uint8Array; engine: { bytesWritten: number } } {
  if (typeof value !== 'object' || value === null || !('buffer' in value) || !('engine' in value))
    return false;
  const { buffer, engine } = value;
  if (typeof engine !== 'object' || engine === null || !('bytesWritten' in engine)) return false;
  return buffer instanceof Uint8Array && typeof engine.bytesWritten === 'number';
}
