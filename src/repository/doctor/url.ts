/** Where clients reach a repository: whether the newest entries are there, nobody reads the state, and the clocks agree. */
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { UrlReader } from '../../upstream/url-reader.ts';
import { entryOf, type ReadRevision } from '../change/content.ts';
import { checkState } from '../live/check-state.ts';
import type { Fetched } from '../live/fetched.ts';
import type { LiveFinding } from '../live/live-finding.ts';
import { fetchPointer, judgePointer, type Look } from '../live/look.ts';
import { pointerHistory } from '../live/pointer-history.ts';
import { siteOf } from '../live/site.ts';
import type { Repository } from '../repository.ts';
import { bad, type Diagnosis, good, showSpan, warning } from './diagnosis.ts';

/** As much as apt bears with. */
const CLOCK_TOLERANCE_MS = 10_000;

/** Fetches the entry of each channel. `verify --live` looks at all the rest. */
export async function checkUrl(
  repository: Repository,
  at: { readonly tail: ReadRevision; readonly config: ResolvedConfig; readonly read: UrlReader },
  call: CallOptions,
): Promise<readonly Diagnosis[]> {
  const { tail, config, read } = at;
  if (config.url.value === undefined) return [];
  const site = siteOf(repository, { config, read });
  const history = pointerHistory(repository.ledger, tail.revision, call);
  const look: Look = { repository, tail, history, site, call };
  const check = `${repository.name}: url ${site.url}`;
  const found: Diagnosis[] = [];
  let first: Fetched | undefined;
  for (const { channel } of tail.content.channelPointers) {
    const path = entryOf(tail.content, channel);
    const pointer = tail.revision.manifest.pointers.find((one) => one.path === path);
    if (pointer === undefined) continue;
    const fetched = await fetchPointer(look, pointer);
    first ??= fetched;
    const { findings } = await judgePointer(look, { pointer, fetched });
    found.push(...findings.map((finding) => asDiagnosis(check, finding)));
    if (fetched.status === 0) return found;
  }
  found.push(...(await checkState(look)).map((finding) => asDiagnosis(check, finding)));
  if (first !== undefined) found.push(...checkServerClock(first, repository.ledger.time.now()));
  return found.length > 0 ? found : [good(check, `serves revision ${tail.revision.signed.record.rev}`)];
}

function asDiagnosis(check: string, { severity, code, url, problem, remedy }: LiveFinding): Diagnosis {
  return (severity === 'error' ? bad : warning)(check, `${url}: ${problem}`, remedy, code);
}

/** The answer of a cache is as old as it says. */
function checkServerClock({ headers }: Fetched, nowMs: number): readonly Diagnosis[] {
  const dateMs = Date.parse(headers['date'] ?? '') + 1000 * Number(headers['age'] ?? 0);
  const aheadMs = nowMs - dateMs;
  if (Number.isNaN(aheadMs) || Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) return [];
  return [
    warning(
      'clock',
      `the clock behind the dates of signatures is ${showSpan(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the web server's`,
      'Let NTP keep both clocks: apt refuses what is dated more than ten seconds ahead.',
    ),
  ];
}
