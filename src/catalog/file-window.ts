/** One range of a file that covers all pieces wanted of it, read when the first of them is. */
import type { CallOptions } from '../storage/storage.ts';
import type { IndexFiles, KeptFile } from './index-files.ts';

export interface ByteRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface FileWindow {
  /** Makes the window cover a piece. All pieces are to be included before the first is read. */
  include(piece: ByteRange): void;
  /** A view of the bytes; undefined when the file is missing or shorter than it should be. */
  read(piece: ByteRange): Promise<Uint8Array | undefined>;
}

export function createFileWindow(
  file: KeptFile,
  options: { readonly files: IndexFiles; readonly call: CallOptions },
): FileWindow {
  const { files, call } = options;
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  let reading: Promise<Uint8Array | undefined> | undefined;
  return {
    include({ offset, sizeBytes }) {
      start = Math.min(start, offset);
      end = Math.max(end, offset + sizeBytes);
    },
    async read({ offset, sizeBytes }) {
      reading ??= files.read(file, { ...call, offset: start, length: end - start });
      const bytes = await reading;
      return bytes?.subarray(offset - start, offset - start + sizeBytes);
    },
  };
}
