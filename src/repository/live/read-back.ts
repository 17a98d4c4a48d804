/**
 * After a change: do clients get it? Looks at the entries that were written, for a few seconds, and says at most one thing.
 * The change is made, whatever comes out.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { entryOf } from '../change/content.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import type { Fetched } from './fetched.ts';
import { type LiveFinding, liveFinding } from './live-finding.ts';
import { fetchPointer, judgePointer, type Look } from './look.ts';
import { pointerHistory } from './pointer-history.ts';
import type { Site } from './site.ts';

/** All of it ends after this. */
const DEADLINE_MS = 5000;
/** A cache, or a copy that is made by and by, may need a moment. */
const WAITS_MS = [0, 500, 1000, 2000];

/** @param written Paths of the pointers that were written. Nothing is asked for where the repository has no site. Never fails. */
export async function readBack(
  repository: Repository,
  written: readonly string[],
  { report, signal }: UseCaseOptions,
): Promise<void> {
  const { site } = repository;
  if (site?.isHttp !== true || written.length === 0) return;
  report({ type: 'progress', task: 'Fetching what clients get' });
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const call = { signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) };
  let trouble = liveFinding('live-unreachable', {
    url: site.url,
    problem: `no answer came within ${DEADLINE_MS / 1000} s`,
  });
  try {
    for (const waitMs of WAITS_MS) {
      if (waitMs > 0) await repository.ledger.clock.sleep(waitMs, call.signal);
      const found = await lookOnce(repository, { site, written }, call);
      if (found === undefined) return;
      trouble = found;
      if (found.code === 'live-unreachable') break;
    }
  } catch (error) {
    if (signal?.aborted === true) return;
    if (error instanceof PakhusError) {
      const message = `What clients get could not be compared with the ledger: ${error.message}`;
      report({ type: 'warning', code: error.code, message, ...(error.hint && { hint: error.hint }) });
      return;
    }
    if (!deadline.aborted) throw error;
  }
  const { code, url, problem, evidence, remedy } = trouble;
  report({
    type: 'warning',
    code,
    message: `Published, but clients do not get it: ${url}: ${problem}${evidence === undefined ? '' : ` (${evidence})`}`,
    hint: `${remedy}\nThen look again: pakhus verify --live ${repository.name}`,
  });
}

/** The first thing that keeps clients from what was written. The newest revision may be somebody else's by now. */
async function lookOnce(
  repository: Repository,
  { site, written }: { readonly site: Site; readonly written: readonly string[] },
  call: CallOptions,
): Promise<LiveFinding | undefined> {
  const tail = await openTail(repository, call);
  const history = pointerHistory(repository.ledger, tail.revision, call);
  const look: Look = { repository, tail, history, site, call };
  const entries = tail.content.channelPointers.map(({ channel }) => entryOf(tail.content, channel));
  for (const pointer of tail.revision.manifest.pointers) {
    if (!written.includes(pointer.path) || !entries.includes(pointer.path)) continue;
    const fetched = await fetchPointer(look, pointer);
    const { findings } = await judgePointer(look, { pointer, fetched });
    const told = findings.find(
      ({ severity, code }) => severity === 'error' || (code === 'live-redirect' && leavesHost(fetched)),
    );
    if (told !== undefined) return told;
  }
  return undefined;
}

/** Seldom meant; one that stays, such as from http to https, is for `verify --live` to tell. */
function leavesHost({ url, redirects }: Fetched): boolean {
  const { host } = new URL(url);
  return redirects.some(({ to }) => new URL(to).host !== host);
}
