/** What kept an answer from coming, in words: which URL, why, what to do. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';

/** Why a request failed. `other`: anything that is in none of these. */
export type NetworkReason =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'cut'
  | 'protocol'
  | 'redirect'
  | 'too-large'
  | 'other';

interface Explanation {
  readonly reason: NetworkReason;
  readonly why: string;
  readonly hint: string;
}

const SERVER_HINT = 'Is the web server running, and is it reached from this machine?';

/** A request for `url` that failed, by what Node or our own limits say. */
export function networkError(url: string, cause: unknown): PakhusError {
  return failed(url, { ...explain(new URL(url), cause), cause });
}

/** A request for `url` that failed as `reason` says. `why` follows the URL. */
export function failed(url: string, how: Explanation & { readonly cause?: unknown }): PakhusError {
  const { reason, why, hint, cause } = how;
  const shown = safeUrl(url);
  return new PakhusError('NETWORK_FAILED', `${shown}: ${why}`, {
    hint,
    details: { url: shown, reason, why },
    cause,
  });
}

/** Reasons that do not go away by themselves. */
const LASTING: readonly unknown[] = ['tls', 'redirect', 'too-large', 'protocol'] satisfies NetworkReason[];

/** Whether the same request may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  return hasCode(error, 'NETWORK_FAILED') && !LASTING.includes(error.details['reason']);
}

/** The URL as messages may show it: credentials, and what a query holds, may be secrets. */
export function safeUrl(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
}

function explain(url: URL, cause: unknown): Explanation {
  const code = codeOf(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  const { hostname, host } = url;
  if (code === 'ENOTFOUND')
    return {
      reason: 'dns',
      why: `there is no host ${hostname} (DNS)`,
      hint: 'Check the name, and the DNS of this machine.',
    };
  if (code === 'EAI_AGAIN')
    return {
      reason: 'dns',
      why: `${hostname} cannot be looked up now: the name server does not answer`,
      hint: 'Check the network and the DNS of this machine.',
    };
  if (code === 'ECONNREFUSED')
    return { reason: 'refused', why: `${host} refuses the connection`, hint: SERVER_HINT };
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ENETDOWN')
    return { reason: 'unreachable', why: `there is no way to ${host}`, hint: SERVER_HINT };
  if (code === 'ETIMEDOUT') return { reason: 'timeout', why: 'no answer came in time', hint: SERVER_HINT };
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return {
      reason: 'cut',
      why: 'the connection was cut before the answer was whole',
      hint: 'Try again. If it stays, look into the log of the web server.',
    };
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code))
    return {
      reason: 'tls',
      why: `TLS does not work: ${message}`,
      hint: 'Clients will refuse it as well. For an authority of your own, set NODE_EXTRA_CA_CERTS to the file of its certificate.',
    };
  if (code?.startsWith('HPE_') === true)
    return { reason: 'protocol', why: `the answer is no HTTP: ${message}`, hint: 'Check scheme and port.' };
  return { reason: 'other', why: message, hint: SERVER_HINT };
}

/** Of several addresses that were tried, the first says it. */
function codeOf(cause: unknown): string | undefined {
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}
