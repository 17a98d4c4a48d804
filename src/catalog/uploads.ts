/**
 * What a process writes into a store that is far away. Objects that nobody looks for before the record names them need not be
 * waited for one by one: their writes go on while the next is made, and {@link Uploads.settled} is the barrier before the record.
 * Their bytes stay at hand for a while: what was just written is not fetched again to be published.
 */
import type { Storage } from '../storage/storage.ts';

export interface Uploads {
  /** Begins to write something that has this digest. Waits when too much is under way, or when the store is near. */
  add(
    file: { readonly sha256: string; readonly chunks: readonly Uint8Array[] },
    write: () => Promise<unknown>,
  ): Promise<void>;
  /** Returns when all that was begun is written. @throws the first error of a write, once */
  settled(): Promise<void>;
  /** Keeps something else that was written, under a name that no other bytes have. */
  keep(name: string, chunks: readonly Uint8Array[]): void;
  /** The bytes with this digest or name, if they were written a short while ago. */
  recall(name: string): readonly Uint8Array[] | undefined;
}

/** The index of 60,000 packages in two encodings, and what else a revision brings, twice over. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** Bytes that wait to be written. */
const WAITING_BYTES = 32 * 1024 * 1024;

/** Every write is waited for, and nothing is kept: right for a store on this machine. */
export const AT_ONCE: Uploads = {
  async add(_, write) {
    await write();
  },
  settled: async () => {},
  keep: () => {},
  recall: () => undefined,
};

/** For one process and one store. */
export function uploadsTo({ capabilities }: Pick<Storage, 'capabilities'>): Uploads {
  return capabilities.metadata ? createUploads() : AT_ONCE;
}

interface Kept {
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
}

export function createUploads({
  keptBytes = KEPT_BYTES,
  waitingBytes = WAITING_BYTES,
}: {
  readonly keptBytes?: number;
  readonly waitingBytes?: number;
} = {}): Uploads {
  const kept = new Map<string, Kept>();
  const running = new Map<Promise<void>, number>();
  const failures: unknown[] = [];
  let total = 0;
  let waiting = 0;

  const keep = (name: string, chunks: readonly Uint8Array[]): void => {
    const own = sizeOf(chunks);
    total += own - (kept.get(name)?.sizeBytes ?? 0);
    kept.delete(name);
    kept.set(name, { chunks, sizeBytes: own });
    for (const [oldest, { sizeBytes }] of kept) {
      if (total <= keptBytes) break;
      kept.delete(oldest);
      total -= sizeBytes;
    }
  };
  const settled = async (): Promise<void> => {
    await Promise.all(running.keys());
    if (failures.length === 0) return;
    const [first] = failures.splice(0);
    throw first;
  };

  return {
    async add({ sha256, chunks }, write) {
      const sizeBytes = sizeOf(chunks);
      while (waiting > 0 && waiting + sizeBytes > waitingBytes) await Promise.race(running.keys());
      keep(sha256, chunks);
      waiting += sizeBytes;
      const work = write()
        .then(
          () => undefined,
          (error: unknown) => void failures.push(error),
        )
        .finally(() => {
          running.delete(work);
          waiting -= sizeBytes;
        });
      running.set(work, sizeBytes);
    },
    settled,
    keep,
    recall: (name) => kept.get(name)?.chunks,
  };
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
