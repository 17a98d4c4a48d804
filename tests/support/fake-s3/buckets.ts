import { createHash } from 'node:crypto';
import { S3Error } from './s3-error.ts';

/** What is kept with an object, under the header's name. */
export type ObjectHeaders = Readonly<Record<string, string>>;

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since 1970, in whole seconds. */
  readonly modifiedMs: number;
  /** `content-type`, `cache-control`, `x-amz-meta-…` */
  readonly headers: ObjectHeaders;
  /** `x-amz-acl: public-read` */
  readonly isPublic: boolean;
}

export interface Part {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly startedMs: number;
  readonly headers: ObjectHeaders;
  readonly isPublic: boolean;
  readonly parts: Map<number, Part>;
}

export type BucketChange =
  | { readonly type: 'put'; readonly object: StoredObject }
  | { readonly type: 'delete'; readonly key: string };

/** Objects in the order of their keys' UTF-8 bytes. */
export class Bucket {
  readonly name: string;
  readonly uploads: Map<string, Upload> = new Map();
  /** Texts of `?policy`, `?website` and `?publicAccessBlock`, as they were sent. */
  readonly documents: Map<string, string> = new Map();
  /** Counts changes; {@link changedAt} tells which one touched a key last. */
  changes = 0;
  /** Counts the losers of races, so that they get each kind of answer by turns. */
  nextLoser = 0;
  /** Told of every change when it is done. */
  onChange: (change: BucketChange) => void = () => {};
  readonly #objects = new Map<string, StoredObject>();
  readonly #changedAt = new Map<string, number>();
  /** Keys as one character for each byte, so that they compare as bytes do. */
  readonly #sorted: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get size(): number {
    return this.#objects.size;
  }

  find(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  changedAt(key: string): number {
    return this.#changedAt.get(key) ?? 0;
  }

  put(object: StoredObject): void {
    if (!this.#objects.has(object.key)) {
      const bytes = toBytes(object.key);
      this.#sorted.splice(this.#placeOf(bytes), 0, bytes);
    }
    this.#objects.set(object.key, object);
    this.#changedAt.set(object.key, ++this.changes);
    this.onChange({ type: 'put', object });
  }

  delete(key: string): void {
    if (!this.#objects.delete(key)) return;
    this.#sorted.splice(this.#placeOf(toBytes(key)), 1);
    this.#changedAt.set(key, ++this.changes);
    this.onChange({ type: 'delete', key });
  }

  /** Up to `limit` objects below `prefix` after a key. */
  list(prefix: string, { after, limit }: { readonly after: string; readonly limit: number }): StoredObject[] {
    const found: StoredObject[] = [];
    const start = toBytes(prefix);
    const last = toBytes(after);
    let place = Math.max(this.#placeOf(start), this.#placeOf(last));
    for (; place < this.#sorted.length && found.length < limit; place++) {
      const bytes = this.#sorted[place] ?? '';
      if (!bytes.startsWith(start)) break;
      const object = this.#objects.get(Buffer.from(bytes, 'latin1').toString());
      if (bytes !== last && object !== undefined) found.push(object);
    }
    return found;
  }

  /** Index of the first key that is not before `bytes`. */
  #placeOf(bytes: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? '') < bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function toBytes(key: string): string {
  return Buffer.from(key).toString('latin1');
}

export function findBucket(buckets: ReadonlyMap<string, Bucket>, name: string): Bucket {
  const bucket = buckets.get(name);
  if (bucket !== undefined) return bucket;
  throw new S3Error(404, 'NoSuchBucket', {
    message: 'The specified bucket does not exist',
    details: { BucketName: name },
  });
}

export function md5Hex(...chunks: readonly Uint8Array[]): string {
  const hash = createHash('md5');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
