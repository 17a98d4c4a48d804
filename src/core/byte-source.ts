/**
 * A file as ranges of bytes: how a format reads a package, wherever it lies.
 * `read` answers at once when the bytes are in memory, so that small packages cost no turn of the event loop.
 */
export interface ByteSource {
  /** What to call it in messages: a path, key or URL. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * The bytes from `offset`, exactly `length` of them.
   * Fails with ARCHIVE_TRUNCATED when the range ends after `sizeBytes`.
   */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}
