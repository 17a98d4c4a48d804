/** A repository on a web server. A request that fails for the moment is made again. */
import type { Clock } from '../../core/clock.ts';
import { createSha256 } from '../../core/digest.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { UrlAnswer } from '../../upstream/url-reader.ts';
import { addressOf } from '../live/site.ts';
import type { RemoteRepository } from './import-repository.ts';
import type { ImportSource } from './source.ts';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
/** Reasons that do not go away by themselves. */
const LASTING: readonly unknown[] = ['tls', 'redirect', 'too-large', 'protocol'];

/** What is known of a file before it is fetched. */
export interface ExpectedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface UrlSource extends ImportSource {
  /** The bytes of a file, which has to be the expected one. @throws NETWORK_FAILED, PACKAGE_CHANGED for another file */
  open(file: ExpectedFile): AsyncIterable<Uint8Array>;
  /** Makes a request again that failed for the moment. */
  retry<T>(work: () => Promise<T>): Promise<T>;
}

export function urlSource(
  { url, read }: RemoteRepository,
  { clock, ...call }: CallOptions & { readonly clock: Clock },
): UrlSource {
  /** Undefined: there is no such file. */
  const get = async (path: string, limitBytes: number): Promise<UrlAnswer | undefined> => {
    const address = addressOf({ url }, path);
    const answer = await read({ url: address, limitBytes, signal: call.signal });
    if (answer.status === 200) return answer;
    answer.discard();
    // A bucket says 403 of what is not there, where nobody may list it.
    if (answer.status === 404 || answer.status === 403 || answer.status === 410) return undefined;
    throw new PakhusError('NETWORK_FAILED', `${address}: the server answers with status ${answer.status}`, {
      hint: 'Try again later: what was fetched so far is kept.',
      details: { url: address, reason: 'other', status: answer.status },
    });
  };
  const retry: UrlSource['retry'] = async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (
          attempt === ATTEMPTS ||
          !hasCode(error, 'NETWORK_FAILED') ||
          LASTING.includes(error.details['reason'])
        )
          throw error;
        await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), call.signal);
      }
    }
  };
  return {
    name: url,
    isNear: false,
    retry,
    read: (path, limitBytes) =>
      retry(async () => {
        const answer = await get(path, limitBytes);
        if (answer === undefined) return undefined;
        const chunks: Uint8Array[] = [];
        for await (const chunk of answer.body) chunks.push(chunk);
        return Buffer.concat(chunks);
      }),
    async *open({ path, sizeBytes, sha256 }) {
      const answer = await get(path, sizeBytes);
      if (answer === undefined) throw changed(addressOf({ url }, path), 'it is not there');
      const digest = createSha256();
      let held: Uint8Array | undefined;
      for await (const chunk of answer.body) {
        digest.update(chunk);
        if (held !== undefined) yield held;
        held = chunk;
      }
      // The last piece is held back until all of it is known to be right.
      if (digest.hex() !== sha256)
        throw changed(addressOf({ url }, path), 'it is not the file that the index names');
      if (held !== undefined) yield held;
    },
  };
}

function changed(address: string, why: string): PakhusError {
  return new PakhusError('PACKAGE_CHANGED', `${address}: ${why}`, {
    hint: 'The repository may have changed meanwhile: run the command again.',
    details: { url: address },
  });
}
