/** Ranges of an object in ascending order, from a single read of it. */

export interface ForwardReader {
  /** As many bytes as there are, up to `length`. No range begins before the one that was asked for last. */
  readAt(offset: number, length: number): Promise<Uint8Array>;
  /** Nothing more is read. */
  close(): Promise<void>;
}

export function createForwardReader(body: AsyncIterable<Uint8Array>): ForwardReader {
  const iterator = body[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  /** Offset of the first byte that is held. */
  let start = 0;
  const drop = (until: number): void => {
    const count = Math.min(until - start, held.length);
    held = held.subarray(count);
    start += count;
  };
  return {
    async readAt(offset, length) {
      if (offset < start) throw new Error(`bytes from ${offset} on are wanted, ${start} is passed`);
      const chunks: Uint8Array[] = [];
      drop(offset);
      let end = start + held.length;
      while (end < offset + length) {
        const step = await iterator.next();
        if (step.done) break;
        end += step.value.length;
        if (end <= offset) start = end;
        else chunks.push(step.value);
      }
      if (chunks.length > 0) held = Buffer.concat([held, ...chunks]);
      drop(offset);
      return held.subarray(0, length);
    },
    async close() {
      await iterator.return?.();
    },
  };
}
