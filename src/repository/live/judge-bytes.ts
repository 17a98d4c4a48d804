/** What the bytes of an answer are, when they are not what the ledger says. */
import { readRange } from '../../catalog/read-range.ts';
import { sha256Hex } from '../../core/digest.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Repository } from '../repository.ts';
import type { Fetched } from './fetched.ts';
import { type LiveFinding, liveFinding } from './live-finding.ts';

/** A file as the ledger knows it, and where the store has it. */
export type Expected = Pick<PointerEntry, 'sizeBytes' | 'sha256' | 'from'>;

/** The right bytes under a header that says they are encoded; undefined: all is well. */
export function judgeRightBytes({ url, headers }: Fetched): LiveFinding | undefined {
  const encoding = encodingOf(headers);
  return encoding === undefined
    ? undefined
    : liveFinding('live-encoding-header', { url, problem: `it is sent with Content-Encoding: ${encoding}` });
}

/** Why the bytes of a whole answer are others than expected. */
export async function judgeWrongBytes(
  repository: Repository,
  { fetched, expected }: { readonly fetched: Fetched; readonly expected: Expected },
  call: CallOptions,
): Promise<LiveFinding> {
  const { url, headers, sizeBytes } = fetched;
  const encoding = encodingOf(headers);
  if (encoding !== undefined)
    return liveFinding('live-encoded', {
      url,
      problem: `it was compressed on its way (Content-Encoding: ${encoding})`,
    });
  if (await isBeginning(repository, { fetched, expected }, call))
    return liveFinding('live-truncated', {
      url,
      problem: `it ends after ${sizeBytes} of ${expected.sizeBytes} bytes`,
    });
  const isPage = /^text\/html/i.test(headers['content-type'] ?? '');
  return liveFinding('live-altered', {
    url,
    problem: isPage
      ? 'the server answers with a web page instead of the file'
      : `it has other bytes than any revision that is known: ${sizeBytes}, expected ${expected.sizeBytes}`,
  });
}

function encodingOf(headers: Fetched['headers']): string | undefined {
  const encoding = headers['content-encoding'];
  return encoding === undefined || /^(identity)?$/i.test(encoding.trim()) ? undefined : encoding.slice(0, 60);
}

async function isBeginning(
  { tree, ledger }: Repository,
  { fetched, expected }: { readonly fetched: Fetched; readonly expected: Expected },
  call: CallOptions,
): Promise<boolean> {
  const { from, sizeBytes } = expected;
  if (fetched.sizeBytes >= sizeBytes) return false;
  const [storage, key] = 'blob' in from ? [ledger.state, from.blob] : [tree, from.tree];
  try {
    const bytes = await readRange(storage, key, { ...call, offset: 0, length: fetched.sizeBytes });
    return sha256Hex(bytes) === fetched.sha256;
  } catch (error) {
    // What the store lacks, `pakhus verify` tells.
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return false;
    throw error;
  }
}
