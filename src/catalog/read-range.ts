import type { CallOptions, Storage } from '../storage/storage.ts';

/**
 * Up to `length` bytes of an object from `offset`; fewer where the object ends. Never holds more than `length` bytes,
 * whatever the store sends. Absent: STORE_OBJECT_NOT_FOUND.
 */
export async function readRange(
  storage: Storage,
  key: string,
  options: CallOptions & { readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const { offset, length } = options;
  if (length === 0) return new Uint8Array(0);
  const { body } = await storage.read(key, { ...options, range: { offset, length } });
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of body) {
    const room = length - filled;
    bytes.set(chunk.length > room ? chunk.subarray(0, room) : chunk, filled);
    filled += Math.min(chunk.length, room);
    if (filled === length) break;
  }
  return bytes.subarray(0, filled);
}
