import { closeSync, read as readCallback } from 'node:fs';
import { promisify } from 'node:util';
import { localError, type Where } from './local-error.ts';

const CHUNK_BYTES = 512 * 1024;
/** One read(2) gives no more than 2 GiB. */
const LARGEST_CHUNK_BYTES = 1024 * 1024 * 1024;

const read = promisify(readCallback);

/** Which bytes of a file, and what to call it. */
export interface Stretch {
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
  /** In one piece. */
  readonly whole: boolean;
  readonly where: Where;
  readonly signal: AbortSignal | undefined;
}

/** One pass over an open file. It closes `fd` after the last byte, on an error, and when abandoned with `return()`. */
export function streamFile(fd: number, stretch: Stretch): AsyncIterableIterator<Uint8Array> {
  const chunkBytes = stretch.whole ? LARGEST_CHUNK_BYTES : CHUNK_BYTES;
  let at = stretch.start;
  let state: 'open' | 'reading' | 'abandoned' | 'closed' = 'open';
  const close = (): void => {
    state = 'closed';
    closeSync(fd);
  };

  const readChunk = async (): Promise<Uint8Array> => {
    state = 'reading';
    try {
      stretch.signal?.throwIfAborted();
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, stretch.end - at));
      const { bytesRead } = await read(fd, chunk, 0, chunk.length, at);
      at = bytesRead === 0 ? stretch.end : at + bytesRead;
      return chunk.subarray(0, bytesRead);
    } catch (error) {
      at = stretch.end;
      throw localError(error, stretch.where);
    } finally {
      if (at === stretch.end || wasAbandoned()) close();
      else state = 'open';
    }
  };
  const wasAbandoned = (): boolean => state === 'abandoned';

  const iterator: AsyncIterableIterator<Uint8Array> = {
    next: async () => {
      if (state === 'reading') throw new Error(`${stretch.where.path} is read twice at once`);
      const chunk = state === 'open' ? await readChunk() : undefined;
      return chunk === undefined || chunk.length === 0
        ? { done: true, value: undefined }
        : { done: false, value: chunk };
    },
    return: async () => {
      if (state === 'open') close();
      else if (state === 'reading') state = 'abandoned';
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
