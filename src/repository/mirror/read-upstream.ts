/**
 * What an upstream lists: one suite, believed by its signature, and of its indexes those that are asked for, each by its digest.
 *
 * ```
 * InRelease ──304: as it was──▶ signed by a known key? still valid? ──▶ list of files ──by hash, else by name──▶ text of indexes
 *                                                                        └ an index that does not fit: somebody is publishing at this
 *                                                                          moment, so InRelease is asked for anew
 * ```
 */
import { sniffEncoding } from '../../codec/compression-encoding.ts';
import { decompress } from '../../codec/decompress.ts';
import type { AptSource } from '../../config/apt-source.ts';
import type { Clock } from '../../core/clock.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { AdoptionRules, ListedChannel, ListedFile, ListedIndex } from '../../formats/adoption.ts';
import type { Format } from '../../formats/format.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { download } from '../../upstream/download.ts';
import { fetchBytes } from '../../upstream/fetch-bytes.ts';
import type { Fetcher } from '../../upstream/fetcher.ts';
import { type EntryFiles, readEntry, readEntryFiles, verifyEntry } from '../import/read-entries.ts';
import type { ImportSource } from '../import/source.ts';
import { addressOf } from '../live/site.ts';
import type { Remembered, UpstreamCache } from './upstream-cache.ts';

/** Text of an index; that of Debian has 60 MB. */
const TEXT_LIMIT_BYTES = 512 * 1024 * 1024;
/** How often the entry is asked for when its indexes do not fit to it. */
const ATTEMPTS = 3;
const PAUSE_MS = 2000;

export interface UpstreamOptions extends CallOptions {
  readonly format: Format;
  readonly rules: AdoptionRules;
  readonly fetcher: Fetcher;
  readonly cache: UpstreamCache;
  readonly clock: Clock;
  /** Those that are wanted, where the source says nothing of its own. */
  readonly architectures: readonly string[];
  /** Armored; undefined: nobody needs to have signed. */
  readonly publicKeys: readonly string[] | undefined;
}

/** An index that was read. */
export interface UpstreamIndex {
  readonly source: AptSource;
  readonly index: ListedIndex;
  /** One character for each byte. */
  readonly text: string;
}

export interface UpstreamSuite {
  readonly source: AptSource;
  /** The signed date, milliseconds since 1970. */
  readonly dateMs: number;
  /** Digests of what its indexes hold: the same ones are the same packages. */
  readonly digests: readonly string[];
  /** @throws NETWORK_FAILED, PACKAGE_CHANGED for indexes that never fit to the suite */
  readIndexes(): Promise<readonly UpstreamIndex[]>;
}

/** @throws VERIFY_FAILED, NETWORK_FAILED, IMPORT_REFUSED for a suite that is not there */
export async function readUpstream(source: AptSource, options: UpstreamOptions): Promise<UpstreamSuite> {
  const first = await readSignedChannel(source, { ...options, isFresh: false });
  const wanted = wantedIndexes(first, source, options);
  return {
    ...{ source, dateMs: first.dateMs },
    digests: wanted.flatMap(({ files }) => files.map(({ path, sha256 }) => `${path} ${sha256}`)),
    async readIndexes() {
      for (let attempt = 1, channel = first; ; attempt++) {
        try {
          const indexes: UpstreamIndex[] = [];
          for (const index of wantedIndexes(channel, source, options))
            indexes.push({ source, index, text: await readText(index, { ...options, source, channel }) });
          return indexes;
        } catch (error) {
          if (attempt === ATTEMPTS || !hasCode(error, 'PACKAGE_CHANGED')) throw error;
        }
        await options.clock.sleep(PAUSE_MS * attempt, options.signal);
        channel = await readSignedChannel(source, { ...options, isFresh: true });
      }
    },
  };
}

/** @throws VERIFY_FAILED when nobody who is believed signed, or it is too old; IMPORT_REFUSED when it is not there */
async function readSignedChannel(
  source: AptSource,
  options: UpstreamOptions & { readonly isFresh: boolean },
): Promise<ListedChannel> {
  const { rules, clock, publicKeys } = options;
  const files = entrySource(source, options);
  const entry = await readEntryFiles(files, { rules, channel: source.suite });
  const nowMs = clock.now();
  if (publicKeys !== undefined) await verifyEntry(entry, { publicKeys, nowMs });
  const channel = await readEntry(entry, rules);
  const { validUntilMs } = channel;
  if (source.checkValidUntil && validUntilMs !== undefined && validUntilMs < nowMs)
    throw expired(entry, { source, validUntilMs });
  await files.remember();
  return channel;
}

/** What was read of it is asked for again only if it changed, once it is known to be good. */
type EntrySource = ImportSource & { remember(): Promise<void> };

function entrySource(
  { url }: AptSource,
  { fetcher, cache, isFresh, signal }: UpstreamOptions & { readonly isFresh: boolean },
): EntrySource {
  const read = new Map<string, Remembered>();
  return {
    name: url,
    isNear: false,
    async read(path, limitBytes) {
      const address = addressOf({ url }, path);
      const known = isFresh ? undefined : await cache.recall(address);
      const headers = {
        ...(isFresh && { 'cache-control': 'no-cache' }),
        ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
        ...(known?.lastModified !== undefined && { 'if-modified-since': known.lastModified }),
      };
      const request = { url: address, limitBytes, headers, signal };
      const found = await fetchBytes(fetcher.read, request, fetcher.retries);
      if (found.status === 304 && known !== undefined) return known.bytes;
      if (found.status === 404 || found.status === 403 || found.status === 410) return undefined;
      if (found.status !== 200) throw badStatus(address, found.status);
      const { etag, 'last-modified': lastModified } = found.headers;
      read.set(address, { etag, lastModified, bytes: found.bytes });
      return found.bytes;
    },
    async remember() {
      for (const [address, file] of read) await cache.remember(address, file);
    },
  };
}

/** @throws IMPORT_REFUSED when a component or an architecture is not there at all */
function wantedIndexes(
  channel: ListedChannel,
  source: AptSource,
  { architectures }: UpstreamOptions,
): readonly ListedIndex[] {
  const wanted = source.architectures.length > 0 ? source.architectures : architectures;
  const own = channel.keepsAllApart ? [...wanted, 'all'] : wanted;
  for (const component of source.components) {
    if (!channel.indexes.some((index) => index.component === component)) {
      throw notThere(source, `no component '${component}'; it has ${channel.components.join(', ')}`);
    }
  }
  for (const architecture of wanted) {
    if (!channel.indexes.some((index) => index.architecture === architecture))
      throw notThere(source, `nothing for ${architecture}; it has ${channel.architectures.join(', ')}`);
  }
  return channel.indexes.filter(
    ({ component, architecture, udeb }) =>
      !udeb && source.components.includes(component) && own.includes(architecture),
  );
}

type TextOptions = UpstreamOptions & { readonly source: AptSource; readonly channel: ListedChannel };

/** The smallest form of an index that is there. @throws PACKAGE_CHANGED when none is, or it is another file */
async function readText(index: ListedIndex, options: TextOptions): Promise<string> {
  const forms = index.files
    .filter(({ encoding }) => encoding !== undefined)
    .toSorted((a, b) => a.sizeBytes - b.sizeBytes);
  let problem: PakhusError | undefined;
  for (const file of forms) {
    if (file.sizeBytes === 0) return '';
    try {
      return await plainText(await readListed(file, options), file);
    } catch (error) {
      // Whether it is not there or another one: the next form may be right.
      if (!hasCode(error, 'PACKAGE_CHANGED')) throw error;
      problem ??= error;
    }
  }
  throw problem ?? notThere(options.source, `no form of ${index.path} that can be read`);
}

async function readListed(
  file: ListedFile,
  { source, channel, format, fetcher, cache, signal }: TextOptions,
): Promise<Uint8Array> {
  const known = await cache.get(file.sha256);
  if (known !== undefined) return known;
  const { path, sizeBytes, sha256 } = file;
  const hashed = format.hashedIndexPath?.(path, sha256);
  const paths = source.byHash && channel.hasHashedNames && hashed !== undefined ? [hashed, path] : [path];
  for (const [at, one] of paths.entries()) {
    try {
      const chunks: Uint8Array[] = [];
      const wanted = { url: addressOf(source, one), sizeBytes, sha256 };
      for await (const chunk of download(fetcher.read, wanted, { ...fetcher.retries, signal }))
        chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      await cache.put(sha256, bytes);
      return bytes;
    } catch (error) {
      if (at === paths.length - 1 || !hasCode(error, 'PACKAGE_CHANGED')) throw error;
    }
  }
  throw new Error('an index has no path');
}

/** In pieces: an index of Debian has 50 MB, which then are there twice at most. */
async function plainText(bytes: Uint8Array, { path: name }: ListedFile): Promise<string> {
  const pieces: string[] = [];
  for await (const chunk of decompress(sniffEncoding(bytes), bytes, { name, limitBytes: TEXT_LIMIT_BYTES }))
    pieces.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1'));
  return pieces.join('');
}

function expired(
  { path }: EntryFiles,
  { source, validUntilMs }: { readonly source: AptSource; readonly validUntilMs: number },
): PakhusError {
  const until = new Date(validUntilMs).toISOString();
  return new PakhusError('VERIFY_FAILED', `${source.url}: ${path} was valid until ${until}`, {
    hint: 'The server gives an old state, or the clock here is wrong. [check-valid-until=no] in the source takes it all the same.',
    details: { url: source.url, path, validUntil: until },
  });
}

function notThere({ url, suite }: AptSource, what: string): PakhusError {
  return new PakhusError('IMPORT_REFUSED', `${url}: the suite ${suite} has ${what}`, {
    hint: 'Correct the source in pakhus.yaml.',
    details: { url, suite },
  });
}

function badStatus(url: string, status: number): PakhusError {
  return new PakhusError('NETWORK_FAILED', `${url}: the server answers with status ${status}`, {
    hint: 'Try again later: what was fetched so far is kept.',
    details: { url, reason: 'other', status },
  });
}
