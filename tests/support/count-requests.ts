import { setTimeout } from 'node:timers/promises';
import type { Body, ListOptions, ObjectInfo, Storage } from '../../src/storage/storage.ts';

/** One request, as a bucket would see it. */
export interface CountedRequest {
  readonly operation: 'stat' | 'read' | 'write' | 'copy' | 'delete' | 'list';
  /** The object, the destination of a copy, the prefix of a list. */
  readonly key: string;
  readonly downBytes: number;
  readonly upBytes: number;
  /** Requests that had to be answered one after the other before this one was, it among them. */
  readonly round: number;
}

export interface RequestCounter {
  /** The store; every request takes its time, so that those that wait for each other are told from those that do not. */
  readonly storage: Storage;
  /** What was asked since the last call. */
  take(): readonly CountedRequest[];
}

/** A bucket gives so many objects of a list at once, or as many as it is asked for. */
const PAGE = 1000;
/** Of the XML around each of them. */
const ENTRY_BYTES = 220;

/** The store with all its requests counted. */
export function countRequests(
  inner: Storage,
  { latencyMs = 4 }: { readonly latencyMs?: number } = {},
): RequestCounter {
  let requests: CountedRequest[] = [];
  let answered = 0;
  const ask = async <T>(
    operation: CountedRequest['operation'],
    key: string,
    work: () => Promise<T>,
    bytes: (answer: T) => { readonly down?: number; readonly up?: number } = () => ({}),
  ): Promise<T> => {
    const round = answered + 1;
    await setTimeout(latencyMs);
    let moved: { readonly down?: number; readonly up?: number } = {};
    try {
      const answer = await work();
      moved = bytes(answer);
      return answer;
    } finally {
      answered = Math.max(answered, round);
      requests.push({ operation, key, downBytes: moved.down ?? 0, upBytes: moved.up ?? 0, round });
    }
  };

  const page = async (
    prefix: string,
    { pageSize: limit = PAGE, ...options }: ListOptions,
  ): Promise<readonly ObjectInfo[]> => {
    const found: ObjectInfo[] = [];
    for await (const info of inner.list(prefix, options)) {
      found.push(info);
      if (found.length === limit) break;
    }
    return found;
  };

  const storage: Storage = {
    name: inner.name,
    capabilities: inner.capabilities,
    stat: (key, options) => ask('stat', key, () => inner.stat(key, options)),
    read: async (key, options) => {
      const { info, chunks } = await ask(
        'read',
        key,
        async () => {
          const { info, body } = await inner.read(key, options);
          const chunks: Uint8Array[] = [];
          for await (const chunk of body) chunks.push(chunk);
          return { info, chunks };
        },
        ({ chunks }) => ({ down: sum(chunks.map((chunk) => chunk.length)) }),
      );
      return { info, body: pieces(chunks) };
    },
    write: (key, body, options) =>
      ask(
        'write',
        key,
        () => inner.write(key, body, options),
        () => ({ up: sizeOf(body) }),
      ),
    copy: (from, to, options) => ask('copy', to, () => inner.copy(from, to, options)),
    delete: (key, options) => ask('delete', key, () => inner.delete(key, options)),
    list: async function* (prefix, options = {}) {
      let { startAfter } = options;
      for (;;) {
        const from = startAfter === undefined ? options : { ...options, startAfter };
        const found = await ask(
          'list',
          prefix,
          () => page(prefix, from),
          (infos) => ({ down: sum(infos.map(({ key }) => key.length + ENTRY_BYTES)) }),
        );
        yield* found;
        startAfter = found.at(-1)?.key;
        if (found.length < (options.pageSize ?? PAGE)) return;
      }
    },
    settle: (options) => inner.settle(options),
    exclusive: (work, options) => inner.exclusive(work, options),
  };
  return {
    storage,
    take() {
      const taken = requests;
      requests = [];
      answered = 0;
      return taken;
    },
  };
}

async function* pieces(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

function sizeOf(body: Body): number {
  return body instanceof Uint8Array ? body.length : body.sizeBytes;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
