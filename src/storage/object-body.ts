import type { CallOptions, ReopenableBody, Storage } from './storage.ts';

/** An object of one store, to be written to another one. Absent: STORE_OBJECT_NOT_FOUND. */
export async function objectBody(
  storage: Storage,
  key: string,
  options: CallOptions = {},
): Promise<ReopenableBody> {
  const { sizeBytes } = await storage.stat(key, options);
  return { sizeBytes, open: () => chunksOf(storage, key, options) };
}

async function* chunksOf(storage: Storage, key: string, options: CallOptions): AsyncGenerator<Uint8Array> {
  const { body } = await storage.read(key, options);
  yield* body;
}
