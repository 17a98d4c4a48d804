/**
 * Proposals. Whoever may write to the store can leave a file here, so an intent counts only with the signature of a
 * committer over its id, its folder and its repository, which nobody else can make, or move when it was made; or when it lies
 * in the folder of a proposer whom the newest revision lists, signed by that proposer's key if the revision names one.
 */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { field, text } from '../core/shape.ts';
import { isUlid, ulidTime } from '../core/ulid.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import type { Committer, Proposer } from './manifest.ts';
import { decodeSaid, encodeSaid, type LineSigner, type Said } from './signed-lines.ts';

/** An intent lists its packages: 60,000 of them are some 15 MB. */
const INTENT_LIMIT_BYTES = 256 * 1024 * 1024;
const INTENT_KEY = /^inbox\/([^/]+)\/([^/]+)\/intent\.json$/;
/** An id may be this far ahead of, and this far behind, the store's date of its object. */
const FUTURE_LIMIT_MS = 5 * 60_000;
export const INTENT_LIFETIME_MS: number = 7 * 24 * 3_600_000;

/** A proposed change. */
export interface Intent {
  /** ULID. */
  readonly id: string;
  /** The inbox folder: who proposed it. */
  readonly who: string;
  /** `<who>/<id>`: what settlements name. */
  readonly ref: string;
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
  readonly reason: string;
}

/** Key of an intent below the state folder. */
export function intentKey(who: string, id: string): string {
  return `inbox/${who}/${id}/intent.json`;
}

/** `name` as one segment of a key: letters, digits, `.`, `-`, `_`, `@`. */
export function inboxName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9@._-]/g, '-').slice(0, 100) || 'anonymous';
}

/** Writes an intent and gives its reference. Its files, if any, are there already. */
export async function writeIntent(
  ledger: Ledger,
  intent: {
    readonly id: string;
    /** The inbox folder. Default: the author's. */
    readonly who?: string;
    readonly message: string;
    readonly actions: unknown;
    readonly signer: LineSigner | undefined;
  },
  options: CallOptions = {},
): Promise<string> {
  const { author, repository } = ledger;
  const { id, message, actions, signer, who = inboxName(author) } = intent;
  const body = encodeSaid({ repository, who, id, author, message, actions }, signer);
  const fromMs = ledger.clock.now();
  const { modifiedMs } = await ledger.state.write(intentKey(who, id), body, {
    ...options,
    ifAbsent: true,
    contentType: 'application/json',
  });
  ledger.time.observe(modifiedMs, { fromMs, toMs: ledger.clock.now() });
  return `${who}/${id}`;
}

/** All open intents in order of their ids. An intent that cannot be read at all is reported as bad, never skipped. */
export async function readOpenIntents(
  ledger: Ledger,
  options: CallOptions & { readonly speakers: Speakers },
): Promise<{ readonly intents: readonly Intent[]; readonly bad: readonly BadIntent[] }> {
  const intents: Intent[] = [];
  const bad: BadIntent[] = [];
  const { speakers, ...call } = options;
  for await (const object of ledger.state.list('inbox/', call)) {
    const [, who, id] = INTENT_KEY.exec(object.key) ?? [];
    if (who === undefined || id === undefined || !isUlid(id)) continue;
    const age = object.modifiedMs - (ulidTime(id) ?? 0);
    if (age < -FUTURE_LIMIT_MS)
      bad.push({ id, who, ref: `${who}/${id}`, reason: 'its id is more than 5 minutes ahead of the store' });
    else if (age > INTENT_LIFETIME_MS)
      bad.push({ id, who, ref: `${who}/${id}`, reason: 'its id is more than 7 days older than its file' });
    else if (ledger.time.now() - (ulidTime(id) ?? 0) > INTENT_LIFETIME_MS)
      bad.push({ id, who, ref: `${who}/${id}`, reason: 'expired after 7 days' });
    else await readIntent(ledger, { who, id, key: object.key, intents, bad, speakers }, call);
  }
  return { intents: intents.sort((a, b) => (a.id < b.id ? -1 : 1)), bad };
}

interface IntentFile {
  readonly who: string;
  readonly id: string;
  readonly key: string;
  readonly speakers: Speakers;
  readonly intents: Intent[];
  readonly bad: BadIntent[];
}

async function readIntent(ledger: Ledger, at: IntentFile, options: CallOptions): Promise<void> {
  try {
    const bytes = await readBytes(ledger.state, at.key, { ...options, limitBytes: INTENT_LIMIT_BYTES });
    at.intents.push(parseIntent(ledger, at, bytes));
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return;
    if (!hasCode(error, 'INTENT_REJECTED', 'STORE_OBJECT_TOO_LARGE')) throw error;
    at.bad.push({ id: at.id, who: at.who, ref: `${at.who}/${at.id}`, reason: error.message });
  }
}

function parseIntent(ledger: Ledger, at: IntentFile, bytes: Uint8Array): Intent {
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
      if (found !== expected) throw new TypeError(`its ${name} is '${found}', its place says '${expected}'`);
    }
    const [author, message] = [field(value, 'author', text), field(value, 'message', text)];
    return {
      id: at.id,
      who: at.who,
      ref: `${at.who}/${at.id}`,
      author,
      message,
      actions: field(value, 'actions', (one) => one),
      proposer,
    };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw new PakhusError('INTENT_REJECTED', error.message, { cause: error });
  }
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
  await removeSettled(ledger, [{ who, id }], options);
}

/** Deletes the folders of settled intents. */
export async function removeSettled(
  ledger: Ledger,
  settled: readonly { readonly id: string; readonly who: string }[],
  options: CallOptions = {},
): Promise<void> {
  for (const { who, id } of settled) {
    const folder = `inbox/${who}/${id}/`;
    const keys: string[] = [];
    for await (const { key } of ledger.state.list(folder, options)) keys.push(key);
    for (const key of keys) await ledger.state.delete(key, options);
  }
}
