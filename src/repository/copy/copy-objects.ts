/** Copying objects whose bytes never change under their names, several at a time. */
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { createSha256, isSha256Hex } from '../../core/digest.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions, ReopenableBody, Storage, WriteOptions } from '../../storage/storage.ts';
import type { Difference } from './find-differences.ts';

/** Transfers under way at once. */
const AT_ONCE = 16;

type Headers = Pick<WriteOptions, 'contentType' | 'cacheControl'>;

export interface CopyWork {
  readonly from: Storage;
  readonly to: Storage;
  readonly items: readonly Difference[];
  headersOf(key: string): Headers;
  /** Told of each one that is done. */
  onDone(item: Difference): void;
}

/**
 * Copies; a name that holds the SHA-256 of its bytes is held to it. Gives the number of objects that went away or changed meanwhile, which
 * are not copied.
 * @throws STORE_OBJECT_CORRUPT when bytes are not those of their name, STORE_*
 */
export async function copyObjects(work: CopyWork, call: CallOptions = {}): Promise<number> {
  let missed = 0;
  const copied = mapInOrder(work.items, {
    limit: AT_ONCE,
    signal: call.signal,
    work: async (item) => {
      if (await copyOne(work, item, call)) work.onDone(item);
      else missed++;
    },
  });
  for await (const _ of copied);
  return missed;
}

/** False when the source does not have it as it was listed. */
async function copyOne(
  { from, to, headersOf }: CopyWork,
  item: Difference,
  call: CallOptions,
): Promise<boolean> {
  const options = { ...call, ...headersOf(item.key) };
  const body = checkedBody(from, item, call);
  try {
    if (item.isThere) await to.write(item.key, body, options);
    else await createOrReplace(to, { key: item.key, body }, options);
    return true;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND', 'PACKAGE_CHANGED')) return false;
    throw error;
  }
}

/** Creating is cheaper than replacing in a directory. Whatever came of it, and whoever else is making the same copy: it is the same bytes. */
async function createOrReplace(
  to: Storage,
  { key, body }: { readonly key: string; readonly body: ReopenableBody },
  options: WriteOptions,
): Promise<void> {
  try {
    await to.write(key, body, { ...options, ifAbsent: true });
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE')) throw error;
    await to.write(key, body, options);
  }
}

/** The bytes of an object; other bytes than its name says are an error before they are all there. */
function checkedBody(from: Storage, { key, sizeBytes }: Difference, call: CallOptions): ReopenableBody {
  const expected = key.slice(-64);
  const isNamed = isSha256Hex(expected) && /^[-/]?$/.test(key.charAt(key.length - 65));
  return {
    sizeBytes,
    open: async function* () {
      const { body } = await from.read(key, call);
      if (!isNamed) {
        yield* body;
        return;
      }
      const digest = createSha256();
      for await (const chunk of body) {
        digest.update(chunk);
        yield chunk;
      }
      if (digest.hex() !== expected) throw corrupt(from, key);
    },
  };
}

function corrupt(from: Storage, key: string): PakhusError {
  return new PakhusError(
    'STORE_OBJECT_CORRUPT',
    `${from.name}/${key} is not what its name says, and was not copied`,
    {
      hint: 'Run `pakhus verify` to see what is damaged, and `pakhus repair` to mend it. Then copy again.',
      details: { key },
    },
  );
}
