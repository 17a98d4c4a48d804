/**
 * Claims: whoever prepares for long says so, and others wait instead of doing the same work for nothing. Where several have something
 * open, one of them claims before it begins. Only advice: a claim decides nothing, and one whose writer died costs others a few seconds.
 *
 * `claim/<rev>-<slot>`: a new slot is written as long as the work goes on; no new slot for a while means that its writer is dead.
 */
import { hasCode } from '../core/pakhus-error.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import { recordKey } from './record.ts';

/** Work that takes less is not announced. */
const QUIET_MS = 2000;
const RENEW_MS = 2000;
/** A claim that is not renewed for so long is dead. */
const DEAD_MS = 5000;
/** Nobody waits longer for one revision, however alive its claim is. */
const PATIENCE_MS = 30_000;
const POLL_MS = 500;

/** One that this process has written. */
export interface Claim {
  readonly key: string;
  readonly slot: number;
}

/**
 * The claim to revision `rev`, before any work on it; undefined: somebody else was first, and has made it.
 * @param revision.after The claim of somebody who died.
 */
export async function claimTurn(
  ledger: Ledger,
  { rev, after }: { readonly rev: number; readonly after: string | undefined },
  call: CallOptions = {},
): Promise<Claim | undefined> {
  for (let last = after; ; last = await newestSlot(ledger, rev, call)) {
    const slot = last === undefined ? 0 : Number(last.slice(claimPrefix(rev).length)) + 1;
    const key = slotKey(rev, slot);
    if ((await writeSlot(ledger, { rev, slot }, call)) !== undefined) return { key, slot };
    await awaitClaim(ledger, { rev, slot: key }, call);
    if (await isCommitted(ledger, rev, call)) return undefined;
  }
}

/**
 * Runs `work`, which makes revision `rev`, and claims it meanwhile when it takes long.
 * @param revision.held The claim that it begins with.
 */
export async function withClaim<T>(
  ledger: Ledger,
  { rev, held }: { readonly rev: number; readonly held?: Claim | undefined },
  work: () => Promise<T>,
  call: CallOptions & { readonly quietMs?: number } = {},
): Promise<T> {
  const { quietMs = QUIET_MS, ...options } = call;
  const written: string[] = held === undefined ? [] : [held.key];
  let renewing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const renew = (slot: number): void => {
    renewing = writeSlot(ledger, { rev, slot }, options).then((key) => {
      if (key === undefined) return;
      written.push(key);
      timer = setTimeout(renew, RENEW_MS, slot + 1);
    });
    // Whoever awaits it below is told; until then nobody is.
    renewing.catch(() => {});
  };
  timer = held === undefined ? setTimeout(renew, quietMs, 0) : setTimeout(renew, RENEW_MS, held.slot + 1);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    await renewing;
    clearTimeout(timer);
    for (const key of written) await ledger.state.delete(key, options);
  }
}

/** Waits for whoever claims revision `rev`. `slot`: their newest claim. */
export async function awaitClaim(
  ledger: Ledger,
  { rev, ...claim }: { readonly rev: number; readonly slot: string },
  call: CallOptions = {},
): Promise<void> {
  let { slot } = claim;
  for (let waited = 0, silent = 0; waited < PATIENCE_MS && silent < DEAD_MS; waited += POLL_MS) {
    await ledger.clock.sleep(POLL_MS, call.signal);
    if (await isCommitted(ledger, rev, call)) return;
    const next = await newestSlot(ledger, rev, call);
    if (next === undefined) return;
    silent = next === slot ? silent + POLL_MS : 0;
    slot = next;
  }
}

/** Its key; undefined when somebody else has claimed the revision. */
async function writeSlot(
  ledger: Ledger,
  { rev, slot }: { readonly rev: number; readonly slot: number },
  call: CallOptions,
): Promise<string | undefined> {
  const key = slotKey(rev, slot);
  try {
    await ledger.state.write(key, Buffer.from(`${JSON.stringify({ author: ledger.author })}\n`), {
      ...call,
      ifAbsent: true,
    });
    return key;
  } catch (error) {
    if (hasCode(error, 'STORE_CONFLICT')) return undefined;
    throw error;
  }
}

/** The newest claim on revision `rev`; undefined when there is none. */
export async function newestSlot(
  ledger: Ledger,
  rev: number,
  call: CallOptions = {},
): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const { key } of ledger.state.list(claimPrefix(rev), call)) newest = key;
  return newest;
}

async function isCommitted(ledger: Ledger, rev: number, call: CallOptions): Promise<boolean> {
  try {
    await ledger.state.stat(recordKey(rev), call);
    return true;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return false;
    throw error;
  }
}

function slotKey(rev: number, slot: number): string {
  return `${claimPrefix(rev)}${String(slot).padStart(3, '0')}`;
}

function claimPrefix(rev: number): string {
  return `claim/${String(rev).padStart(10, '0')}-`;
}
