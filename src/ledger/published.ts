/** `published`: the revision through which every pointer is written. It only grows. */
import { type BlobRef, readBlobRef } from '../catalog/blobs.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { field, isRecord, num, optional, text } from '../core/shape.ts';
import { readObject } from '../storage/read-all.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import type { Revision } from './log.ts';

const KEY = 'published';
/** A hundred thousand pointers. */
const LIMIT_BYTES = 16 * 1024 * 1024;
/** Writers of one bucket that advance it at once. */
const ATTEMPTS = 20;
const RETRY_MS = 200;

export interface Published {
  readonly rev: number;
  /** In a bucket, the etags of that revision's pointers as their writer left them, by path: what has another one was touched since. */
  readonly etags: ReadonlyMap<string, string>;
  /** That revision's manifest: a guess of what will be asked for next. */
  readonly manifest: BlobRef | undefined;
  readonly etag: string;
  /** When it was written, by the store's clock. */
  readonly modifiedMs: number;
}

/** Undefined before the first publish. @throws LEDGER_CORRUPT */
export async function readPublished(
  ledger: Ledger,
  options: CallOptions = {},
): Promise<Published | undefined> {
  try {
    const { info, bytes } = await readObject(ledger.state, KEY, { ...options, limitBytes: LIMIT_BYTES });
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const { etag, modifiedMs } = info;
    return {
      rev: field(value, 'rev', num),
      etags: field(value, 'etags', readEtags),
      manifest: field(value, 'manifest', (one) => optional(one, readBlobRef)),
      etag,
      modifiedMs,
    };
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new PakhusError('LEDGER_CORRUPT', `${ledger.state.name}/${KEY}: ${error.message}`, {
        cause: error,
        hint: 'Delete the file, then run `pakhus repair`: it is made again from the log.',
      });
    }
    throw error;
  }
}

/**
 * Says that every pointer is at `tail` or later. An older value than the store's is not written.
 * @param now.etags Of its pointers, in a bucket.
 */
export async function advancePublished(
  ledger: Ledger,
  { tail, etags }: { readonly tail: Revision; readonly etags: ReadonlyMap<string, string> },
  options: CallOptions = {},
): Promise<void> {
  const { rev, manifest } = tail.signed.record;
  const said = etags.size === 0 ? { rev } : { rev, manifest, etags: Object.fromEntries(etags) };
  const body = Buffer.from(`${JSON.stringify(said)}\n`);
  let current = tail.published ?? (await readPublished(ledger, options));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (current !== undefined && (current.rev > rev || (current.rev === rev && isSame(current.etags, etags))))
      return;
    const condition = current === undefined ? { ifAbsent: true } : { ifMatch: current.etag };
    try {
      await ledger.state.write(KEY, body, { ...options, ...condition, contentType: 'application/json' });
      return;
    } catch (error) {
      // It only grows, so an answer that was lost does no harm.
      if (!hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE') || attempt === ATTEMPTS - 1) throw error;
      if (hasCode(error, 'STORE_UNAVAILABLE')) await ledger.clock.sleep(RETRY_MS, options.signal);
      current = await readPublished(ledger, options);
    }
  }
  throw new PakhusError('LEDGER_CONFLICT', `${ledger.state.name}/${KEY}: others kept changing it`, {
    hint: 'Run `pakhus repair`.',
  });
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, etag]) => b.get(path) === etag);
}

function readEtags(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isRecord(value)) throw new TypeError('the etags are no object');
  return new Map(Object.entries(value).map(([path, etag]) => [path, text(etag)]));
}
