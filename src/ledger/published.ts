/** `published`: the revision through which every pointer is written. It only grows. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { field, num } from '../core/shape.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';

const KEY = 'published';
const LIMIT_BYTES = 4096;
/** Writers of one bucket that advance it at once. */
const ATTEMPTS = 20;

export interface Published {
  readonly rev: number;
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
    const { etag, modifiedMs } = await ledger.state.stat(KEY, options);
    const bytes = await readBytes(ledger.state, KEY, { ...options, limitBytes: LIMIT_BYTES });
    return { rev: field(JSON.parse(Buffer.from(bytes).toString('utf8')), 'rev', num), etag, modifiedMs };
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

/** Says that every pointer is at `rev` or later. An older value than the store's is not written. */
export async function advancePublished(
  ledger: Ledger,
  rev: number,
  options: CallOptions = {},
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await readPublished(ledger, options);
    if (current !== undefined && current.rev >= rev) return;
    const condition = current === undefined ? { ifAbsent: true } : { ifMatch: current.etag };
    try {
      const body = Buffer.from(`${JSON.stringify({ rev })}\n`);
      await ledger.state.write(KEY, body, { ...options, ...condition, contentType: 'application/json' });
      return;
    } catch (error) {
      if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    }
  }
  throw new PakhusError('LEDGER_CONFLICT', `${ledger.state.name}/${KEY}: others kept changing it`, {
    hint: 'Run `pakhus repair`.',
  });
}
