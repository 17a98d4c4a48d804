/** What status and headers of an answer mean for clients. Pure. */
import type { Fetched } from './fetched.ts';
import { type LiveCode, type LiveFinding, liveFinding } from './live-finding.ts';

/** A pointer that caches may keep for longer than this is worth a word. */
const CACHE_LIMIT_S = 60;
/** Clocks of two machines, and dates of a folder, which rise by a second with each publish. */
const DATE_TOLERANCE_MS = 60_000;
/** Headers by which caches tell of themselves. */
const CACHE_HEADERS = ['age', 'x-cache', 'x-cache-status', 'cf-cache-status', 'x-varnish', 'via'];
const SHOWN_CHARS = 60;

/** What is wrong with the answer as such, whatever its bytes are: a failure, a redirect, a status. */
export function judgeStatus(fetched: Fetched): readonly LiveFinding[] {
  const { url, status, failure } = fetched;
  const findings = judgeRedirects(fetched);
  if (failure !== undefined) {
    const { reason, why } = failure.details;
    const code: LiveCode =
      reason === 'too-large' ? 'live-altered' : status === 0 ? 'live-unreachable' : 'live-truncated';
    const remedy = code === 'live-unreachable' ? failure.hint : undefined;
    return [...findings, liveFinding(code, { url, problem: String(why), remedy })];
  }
  if (status === 200 || status === 206) return findings;
  const problem = url.startsWith('file:') ? 'it cannot be read' : `the server answers ${status}`;
  return [...findings, liveFinding(codeOfStatus(status), { url, problem })];
}

function codeOfStatus(status: number): LiveCode {
  if (status === 404 || status === 410) return 'live-missing';
  return status === 401 || status === 403 ? 'live-forbidden' : 'live-status';
}

function judgeRedirects({ url, redirects }: Fetched): readonly LiveFinding[] {
  const last = redirects.at(-1);
  if (last === undefined) return [];
  const isInsecure = url.startsWith('https:') && redirects.some(({ to }) => to.startsWith('http:'));
  const code = isInsecure ? 'live-redirect-insecure' : 'live-redirect';
  return [
    liveFinding(code, { url, problem: `the server answers ${redirects[0]?.status} and leads to ${last.to}` }),
  ];
}

/** What is wrong with the headers of a file that is overwritten by each publish. */
export function judgePointerHeaders(fetched: Fetched, nowMs: number): readonly LiveFinding[] {
  const { url } = fetched;
  const problems: readonly (readonly [LiveCode, string | undefined])[] = [
    ['live-content-type', contentTypeProblem(fetched)],
    ['live-cacheable', cacheProblem(fetched, nowMs)],
    ['live-undated', lastModifiedOf(fetched) === undefined ? 'the answer has no Last-Modified' : undefined],
    ['live-misdated', futureProblem(fetched, nowMs)],
  ];
  return problems.flatMap(([code, problem]) =>
    problem === undefined ? [] : [liveFinding(code, { url, problem })],
  );
}

/** Milliseconds since 1970; undefined when there is none that can be read. */
export function lastModifiedOf({ headers }: Pick<Fetched, 'headers'>): number | undefined {
  return dateOf(headers['last-modified']);
}

/** What caches in between say of themselves, for messages; empty when they say nothing. */
export function cacheEvidence({ headers }: Pick<Fetched, 'headers'>): string {
  const said = CACHE_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined || value === '0' ? [] : [`${name}: ${value.slice(0, SHOWN_CHARS)}`];
  });
  return said.join(', ');
}

/** `2026-11-20T09:42:25Z` */
export function showDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A page is HTML; nothing else is. */
function contentTypeProblem({ url, headers }: Fetched): string | undefined {
  if (url.endsWith('.html')) return undefined;
  const type = headers['content-type'] ?? '';
  return /^(text\/html|application\/xhtml)/i.test(type)
    ? `it is sent as ${type.slice(0, SHOWN_CHARS)}`
    : undefined;
}

function cacheProblem({ headers }: Fetched, nowMs: number): string | undefined {
  const control = headers['cache-control'];
  const expires = headers['expires'];
  if (control === undefined && expires === undefined)
    return 'the answer has neither Cache-Control nor Expires, so a cache keeps it as long as it likes';
  const seconds = lifetimeOf(control ?? '', { expires, nowMs: dateOf(headers['date']) ?? nowMs });
  if (seconds === undefined) return `a cache may keep it as long as it likes (Cache-Control: ${control})`;
  return seconds > CACHE_LIMIT_S ? `a cache may keep it for ${seconds} s` : undefined;
}

/** For how long a shared cache may keep an answer: RFC 9111, section 4.2.1. Undefined: its own heuristics say. */
function lifetimeOf(
  control: string,
  { expires, nowMs }: { readonly expires: string | undefined; readonly nowMs: number },
): number | undefined {
  if (/(^|[\s,])(no-cache|no-store|private)($|[\s,=])/i.test(control)) return 0;
  const age = /(?:^|[\s,])s-maxage="?(\d+)/i.exec(control) ?? /(?:^|[\s,])max-age="?(\d+)/i.exec(control);
  if (age?.[1] !== undefined) return Number(age[1]);
  if (expires === undefined) return undefined;
  // What is no date, such as 0, has expired.
  return Math.max(0, Math.round(((dateOf(expires) ?? nowMs) - nowMs) / 1000));
}

function futureProblem(fetched: Fetched, nowMs: number): string | undefined {
  const modifiedMs = lastModifiedOf(fetched);
  const serverMs = dateOf(fetched.headers['date']) ?? nowMs;
  if (modifiedMs === undefined || modifiedMs <= serverMs + DATE_TOLERANCE_MS) return undefined;
  return `its Last-Modified is in the future: ${showDate(modifiedMs)}, when the server's clock says ${showDate(serverMs)}`;
}

function dateOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
