import type { CallOptions, Storage } from '../storage/storage.ts';

/**
 * Up to `length` bytes of an object from `offset`; fewer where the object ends. Never holds more than `length` bytes and
 * one chunk, whatever the store sends. Absent: STORE_OBJECT_NOT_FOUND.
 */
export async function readRange(
  storage: Storage,
  key: string,
  options: CallOptions & { readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const { offset, length, ...call } = options;
  const { body } = await storage.read(key, { ...call, range: { offset, length }, whole: true });
  let bytes: Uint8Array | undefined;
  let filled = 0;
  for await (const chunk of body) {
    // Most often all of it comes in one piece, which needs no copy.
    if (filled === 0 && chunk.length >= length) return chunk.subarray(0, length);
    bytes ??= Buffer.allocUnsafeSlow(length);
    const part = chunk.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return bytes?.subarray(0, filled) ?? new Uint8Array();
}
