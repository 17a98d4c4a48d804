/** A repository on a web server. */
import type { Clock } from '../../core/clock.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { download } from '../../upstream/download.ts';
import { fetchBytes } from '../../upstream/fetch-bytes.ts';
import { withRetries } from '../../upstream/retry.ts';
import { addressOf } from '../live/site.ts';
import type { RemoteRepository } from './import-repository.ts';
import type { ImportSource } from './source.ts';

export interface UrlSource extends ImportSource {
  /** The bytes of a file, which has to be the expected one. @throws NETWORK_FAILED, PACKAGE_CHANGED for another file */
  open(file: Pick<PackageRecord, 'path' | 'sizeBytes' | 'sha256'>): AsyncIterable<Uint8Array>;
}

export function urlSource(
  { url, read: readOnce }: RemoteRepository,
  { clock, ...call }: CallOptions & { readonly clock: Clock },
): UrlSource {
  const retries = { clock, random: Math.random };
  const read = withRetries(readOnce, retries);
  return {
    name: url,
    isNear: false,
    async read(path, limitBytes) {
      const address = addressOf({ url }, path);
      const { status, bytes } = await fetchBytes(read, { url: address, limitBytes, ...call }, retries);
      if (status === 200) return bytes;
      // A bucket says 403 of what is not there, where nobody may list it.
      if (status === 404 || status === 403 || status === 410) return undefined;
      throw new PakhusError('NETWORK_FAILED', `${address}: the server answers with status ${status}`, {
        hint: 'Try again later: what was fetched so far is kept.',
        details: { url: address, reason: 'other', status },
      });
    },
    open: ({ path, sizeBytes, sha256 }) =>
      download(read, { url: addressOf({ url }, path), sizeBytes, sha256 }, { ...retries, ...call }),
  };
}
