/**
 * Proposals. Whoever may write to the store can leave a file here, so an intent counts only with the signature of a
 * committer over its id, its folder and its repository, which nobody else can make, or move when it was made; or when it lies
 * in the folder of a proposer whom the newest revision lists, signed by that proposer's key if the revision names one.
 */
import { mapInOrder } from '../catalog/map-in-order.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { field, text } from '../core/shape.ts';
import { ulidTime } from '../core/ulid.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions, ObjectInfo } from '../storage/storage.ts';
import { committerFolder, type InboxEntry, intentKey, listInbox, removeIntents } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import type { Committer, Proposer } from './manifest.ts';
import type { SettledIntents } from './settled.ts';
import { decodeSaid, encodeSaid, type LineSigner, type Said } from './signed-lines.ts';

/** A committer's intent lists its packages: 60,000 of them are some 15 MB. */
const COMMITTER_LIMIT_BYTES = 256 * 1024 * 1024;
/** Of anybody else, whom everybody waits for. */
const PROPOSER_LIMIT_BYTES = 4 * 1024 * 1024;
/** Intents that are read at once: each may be as large as its limit says. */
const INTENTS_AHEAD = 8;
/** Of the author and of the message, which go into the log. */
const TEXT_LIMIT = 1000;
/** An id may be this far ahead of, and this far behind, the store's date of its object. */
export const FUTURE_LIMIT_MS: number = 5 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** An intent that is older can no longer be done. */
export const INTENT_LIFETIME_MS: number = 7 * DAY_MS;
/** What is older still was refused long ago, or nobody committed meanwhile; it waits for its collection. */
export const FORGOTTEN_MS: number = 14 * DAY_MS;

/** A proposed change. */
export interface Intent {
  /** ULID. */
  readonly id: string;
  /** The inbox folder: who proposed it. */
  readonly who: string;
  /** `<who>/<id>`: what settlements name. */
  readonly ref: string;
  /** What lies in its folder, where it was listed: see {@link InboxEntry}. */
  readonly objects?: readonly ObjectInfo[];
  readonly author: string;
  readonly message: string;
  /** What is to be done, in order; belongs to whoever prepares revisions. */
  readonly actions: unknown;
  /** Whose rules it must keep; undefined: a committer signed it, who may ask for anything. */
  readonly proposer: Proposer | undefined;
}

/** Whose word counts. */
export interface Speakers {
  readonly committers: readonly Committer[];
  readonly proposers: readonly Proposer[];
}

/** An intent that the ledger itself refuses. */
export interface BadIntent {
  readonly id: string;
  readonly who: string;
  readonly ref: string;
  readonly objects: readonly ObjectInfo[];
  readonly reason: string;
}

/** Writes an intent and gives its reference. Its files, if any, are there already. */
export async function writeIntent(
  ledger: Ledger,
  intent: {
    readonly id: string;
    /** The inbox folder. Default: the committer's own. */
    readonly who?: string;
    readonly message: string;
    readonly actions: unknown;
    readonly signer: LineSigner | undefined;
  },
  options: CallOptions = {},
): Promise<string> {
  const { author, repository } = ledger;
  const { id, message, actions, signer, who = committerFolder(author) } = intent;
  const body = encodeSaid({ repository, who, id, author, message, actions }, signer);
  const fromMs = ledger.clock.now();
  const { modifiedMs, etag } = await ledger.state.write(intentKey({ who, id }), body, {
    ...options,
    ifAbsent: true,
    contentType: 'application/json',
  });
  // A directory is dated by this machine.
  if (!ledger.state.capabilities.exclusive)
    ledger.time.observe(modifiedMs, { fromMs, toMs: ledger.clock.now() });
  ledger.uploads.keep(nameOf({ ref: `${who}/${id}`, etag }), [body]);
  return `${who}/${id}`;
}

/** Tells what this process wrote from what somebody put in its place. */
function nameOf({ ref, etag }: { readonly ref: string; readonly etag: string | undefined }): string {
  return `${ref} ${etag}`;
}

/** What lies in the inbox. */
export interface OpenIntents {
  /** In order of their ids. */
  readonly intents: readonly Intent[];
  /** Those that cannot be read, or whose time is over: never skipped in silence. */
  readonly bad: readonly BadIntent[];
  /** Settled, and there all the same. */
  readonly left: readonly InboxEntry[];
}

/** Reads the inbox, but for what `settled` knows and what is older than 14 days. */
export async function readOpenIntents(
  ledger: Ledger,
  options: CallOptions & { readonly speakers: Speakers; readonly settled: SettledIntents },
): Promise<OpenIntents> {
  const intents: Intent[] = [];
  const bad: BadIntent[] = [];
  const left: InboxEntry[] = [];
  const { speakers, settled, ...call } = options;
  const ageOf = ({ id }: InboxEntry): number => ledger.time.now() - (ulidTime(id) ?? 0);
  const isOver = (entry: InboxEntry): boolean => ageOf(entry) > FORGOTTEN_MS;
  const isSettled = async ({ ref }: InboxEntry): Promise<boolean> => (await settled.find(ref)) !== undefined;
  const isWanted = async (entry: InboxEntry): Promise<boolean> => !isOver(entry) && !(await isSettled(entry));
  const open: InboxEntry[] = [];
  for await (const entry of listInbox(ledger, { ...call, isWanted })) {
    const reason = untimely(entry, ageOf(entry));
    if (isOver(entry)) continue;
    if (await isSettled(entry)) left.push(entry);
    else if (reason !== undefined) bad.push({ ...entry, reason });
    else open.push(entry);
  }
  const work = (entry: InboxEntry): Promise<void> =>
    readIntent(ledger, { entry, speakers, intents, bad }, call);
  for await (const _ of mapInOrder(open, { limit: INTENTS_AHEAD, signal: call.signal, work }));
  return { intents: intents.sort((a, b) => (a.id < b.id ? -1 : 1)), bad, left };
}

/** Why an id fits neither the date of its object, which in a directory the owner of the file can set, nor the present. */
function untimely({ id, modifiedMs }: InboxEntry, age: number): string | undefined {
  const lead = (ulidTime(id) ?? 0) - modifiedMs;
  if (Math.max(lead, -age) > FUTURE_LIMIT_MS) return 'its id is more than 5 minutes ahead of the store';
  if (lead < -INTENT_LIFETIME_MS) return 'its id is more than 7 days older than its file';
  return age > INTENT_LIFETIME_MS ? 'expired after 7 days' : undefined;
}

async function readIntent(
  ledger: Ledger,
  at: {
    readonly entry: InboxEntry;
    readonly speakers: Speakers;
    readonly intents: Intent[];
    readonly bad: BadIntent[];
  },
  options: CallOptions,
): Promise<void> {
  const { entry, speakers } = at;
  const limitBytes = entry.who.includes('@') ? COMMITTER_LIMIT_BYTES : PROPOSER_LIMIT_BYTES;
  try {
    const own = ledger.uploads.recall(nameOf({ ref: entry.ref, etag: entry.objects.at(-1)?.etag }))?.[0];
    const bytes = own ?? (await readBytes(ledger.state, intentKey(entry), { ...options, limitBytes }));
    at.intents.push(parseIntent(ledger, { ...entry, speakers }, bytes));
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return;
    if (!hasCode(error, 'INTENT_REJECTED', 'STORE_OBJECT_TOO_LARGE', 'STORE_PERMISSION')) throw error;
    at.bad.push({ ...entry, reason: error.message });
  }
}

function parseIntent(
  ledger: Ledger,
  at: InboxEntry & { readonly speakers: Speakers },
  bytes: Uint8Array,
): Intent {
  try {
    const said = decodeSaid(bytes);
    const { value } = said;
    const proposer = checkSpeaker(ledger, { who: at.who, said, speakers: at.speakers });
    for (const [name, expected] of Object.entries({
      id: at.id,
      who: at.who,
      repository: ledger.repository,
    })) {
      const found = field(value, name, text);
      if (found !== expected)
        throw new TypeError(`its ${name} is '${found.slice(0, 200)}', its place says '${expected}'`);
    }
    return {
      id: at.id,
      who: at.who,
      ref: at.ref,
      objects: at.objects,
      author: field(value, 'author', shortText),
      message: field(value, 'message', shortText),
      actions: field(value, 'actions', (one) => one),
      proposer,
    };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    // What the parser says of bytes that are no JSON shows some of them; they may come from anywhere.
    const reason = error.name === 'SyntaxError' ? 'it is no JSON' : error.message;
    throw new PakhusError('INTENT_REJECTED', reason, { cause: error });
  }
}

function shortText(value: unknown): string {
  const found = text(value);
  if (found.length > TEXT_LIMIT) throw new TypeError(`longer than ${TEXT_LIMIT} characters`);
  return found;
}

/** The proposer whose rules the intent must keep; undefined for a committer's. @throws TypeError when nobody's word is behind it */
function checkSpeaker(
  ledger: Ledger,
  { who, said, speakers }: { readonly who: string; readonly said: Said; readonly speakers: Speakers },
): Proposer | undefined {
  const { signature, signedBytes } = said;
  const isSignedBy = (publicKey: string): boolean =>
    signature !== undefined && ledger.verifySignature(signedBytes, signature.signature, publicKey);
  const committer = speakers.committers.find(({ keyId }) => keyId === signature?.keyId);
  if (committer !== undefined && isSignedBy(committer.publicKey)) return undefined;
  const proposer = speakers.proposers.find(({ name }) => name === who);
  if (proposer === undefined)
    throw new TypeError(`it is not signed by a committer, and '${who}' is no proposer of this repository`);
  if (proposer.publicKey !== undefined && !isSignedBy(proposer.publicKey))
    throw new TypeError(`it is not signed by the key of the proposer '${who}'`);
  return proposer;
}

/** Takes an open intent back. A committer who has read it already may settle it all the same. */
export async function withdrawIntent(ledger: Ledger, ref: string, options: CallOptions = {}): Promise<void> {
  const [who = '', id = ''] = ref.split('/');
  await removeIntents(ledger, [{ who, id }], options);
}
