/** Whether the files of a channel fit together as they are served, and how long clients will believe them. */
import type { CatalogChannel } from '../../catalog/catalog.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import { ENCODING_SUFFIX } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import { entryOf, type ReadRevision } from '../change/content.ts';
import { openPast } from '../history/past-revisions.ts';
import { checkSignatures, type SignaturesChecked } from './check-signatures.ts';
import { fetchFile } from './fetched.ts';
import { lastModifiedOf, showDate } from './judge-answer.ts';
import { type LiveFinding, liveFinding } from './live-finding.ts';
import type { Look, Standing } from './look.ts';
import { addressOf } from './site.ts';

/** A word is said when less than this part of the validity is left: `pakhus resign` would sign again. */
const EXPIRY_NOTICE = 1 / 2;
const DATE_TOLERANCE_MS = 60_000;

/** A channel as its entry shows it. */
interface SeenChannel {
  readonly channel: CatalogChannel;
  /** The revision that the entry is of. */
  readonly seen: ReadRevision;
  readonly entry: Standing;
  /** Pointers by path, as they were served. */
  readonly standings: ReadonlyMap<string, Standing>;
}

/** The channel of the revision that its entry is of; undefined when that is not known. */
export async function seeChannel(
  look: Look,
  { name, standings }: { readonly name: string; readonly standings: ReadonlyMap<string, Standing> },
): Promise<SeenChannel | undefined> {
  const entry = standings.get(entryOf(look.tail.content, name) ?? '');
  if (entry?.rev === undefined) return undefined;
  const seen = await revisionOf(look, entry.rev);
  const channel = seen?.content.catalog.channels.find((one) => one.name === name);
  return seen && channel && { channel, seen, entry, standings };
}

/** Undefined when it was collected. */
async function revisionOf({ repository, tail, call }: Look, rev: number): Promise<ReadRevision | undefined> {
  try {
    return await openPast(repository, tail, { rev, ...call });
  } catch (error) {
    if (hasCode(error, 'REVISION_COLLECTED')) return undefined;
    throw error;
  }
}

/** What the files say together; each by itself was looked at before. */
export async function checkChannel(look: Look, at: SeenChannel): Promise<SignaturesChecked> {
  const { checked, findings } = await checkSignatures(look, at);
  const others = [
    ...tornAliases(at),
    ...validity(look, at),
    ...staleDate(at),
    ...(await wrongCondition(look, at)),
  ];
  return { checked, findings: [...findings, ...others] };
}

/** Indexes at their usual names: clients that do not ask by hash hold them against the entry that they got. */
function tornAliases({ channel, entry, standings }: SeenChannel): readonly LiveFinding[] {
  const files = channel.indexes.flatMap(({ path, files: ofIndex }) =>
    ofIndex.map(({ encoding, sha256 }) => ({ path: path + ENCODING_SUFFIX[encoding], sha256 })),
  );
  return files.flatMap(({ path, sha256 }) => {
    const alias = standings.get(path);
    if (alias?.rev === undefined || alias.fetched.sha256 === sha256) return [];
    const problem = `it is of revision ${alias.rev}, and ${entry.pointer.path}, which names it, is served as of revision ${entry.rev}`;
    return [liveFinding('live-torn', { url: alias.fetched.url, problem })];
  });
}

function validity({ repository }: Look, { channel, seen, entry }: SeenChannel): readonly LiveFinding[] {
  const { settings } = seen.content.catalog;
  const { name, dateMs } = channel;
  const untilMs = formatByName(settings.format).validUntil?.(settings, { channel: name, dateMs });
  if (untilMs === undefined) return [];
  const leftMs = untilMs - repository.ledger.time.now();
  const { url } = entry.fetched;
  if (leftMs <= 0)
    return [liveFinding('live-expired', { url, problem: `it was valid until ${showDate(untilMs)}` })];
  if (leftMs > (untilMs - dateMs) * EXPIRY_NOTICE) return [];
  return [liveFinding('live-expires-soon', { url, problem: `it is valid until ${showDate(untilMs)}` })];
}

/** A file cannot be older than its signature; where its date is, clients with the file before that one get no update. */
function staleDate({ channel, seen, entry }: SeenChannel): readonly LiveFinding[] {
  // Without names that hold digests, an entry is over one index and stays as it is when others change.
  if (formatByName(seen.content.catalog.settings.format).hashedIndexPath === undefined) return [];
  const modifiedMs = lastModifiedOf(entry.fetched);
  if (modifiedMs === undefined || modifiedMs + DATE_TOLERANCE_MS >= channel.dateMs) return [];
  const problem = `its Last-Modified is ${showDate(modifiedMs)}, and it was signed on ${showDate(channel.dateMs)}`;
  return [liveFinding('live-misdated', { url: entry.fetched.url, problem })];
}

/** Somebody who has the file of a second before must be given this one. */
async function wrongCondition({ site, call }: Look, { entry }: SeenChannel): Promise<readonly LiveFinding[]> {
  const modifiedMs = lastModifiedOf(entry.fetched);
  if (!site.isHttp || modifiedMs === undefined) return [];
  const since = new Date(modifiedMs - 1000).toUTCString();
  const { status, url } = await fetchFile(site.read, addressOf(site, entry.pointer.path), {
    ...call,
    headers: { 'cache-control': 'max-age=0', 'if-modified-since': since },
    limitBytes: 2 * entry.fetched.sizeBytes,
    keep: false,
  });
  if (status !== 304) return [];
  const problem = `asked for changes since ${since}, the server answers 304, though its own date is later`;
  return [liveFinding('live-not-modified', { url, problem })];
}
