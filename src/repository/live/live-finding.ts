/** What can be wrong with what clients fetch: one table of codes, each with why it hurts and what to do. */
import { safeUrl } from '../../upstream/network-error.ts';

/** `error`: clients fail or miss something now. `warning`: they will, or some do. */
type Severity = 'error' | 'warning';

interface Kind {
  readonly severity: Severity;
  readonly harm: string;
  readonly remedy: string;
}

/** Codes are `live-REASON`. A code is never reused for another meaning. */
export const LIVE_FINDINGS = {
  'live-unreachable': {
    severity: 'error',
    harm: 'Clients reach nothing.',
    remedy: 'Check `url:` in pakhus.yaml, and the web server.',
  },
  'live-missing': {
    severity: 'error',
    harm: 'apt update fails, or packages cannot be installed.',
    remedy:
      'Does the server serve the folder that `store:` names, at `url:`? `pakhus verify` tells whether the store itself has it.',
  },
  'live-forbidden': {
    severity: 'error',
    harm: 'Clients are turned away; for apt, 403 on InRelease ends the update.',
    remedy:
      'Let everybody read it (a bucket: GetObject for anonymous; a directory: r-x on folders, r on files). A bucket without ListBucket for anonymous says 403 for what is not there.',
  },
  'live-status': {
    severity: 'error',
    harm: 'Clients take it for a failure.',
    remedy: 'Look into the log of the web server.',
  },
  'live-redirect': {
    severity: 'warning',
    harm: 'Clients follow, and each file takes them two requests.',
    remedy: 'Let `url:` name the place that it leads to, and set up clients anew with `pakhus client`.',
  },
  'live-redirect-insecure': {
    severity: 'error',
    harm: 'apt refuses to be led from https to http.',
    remedy: 'Let the server redirect to https, or not at all.',
  },
  'live-stale': {
    severity: 'error',
    harm: 'Clients do not see what was published since, also when that was a fix or a removal.',
    remedy:
      'Purge the cache in between, or sync the copy that is served. Let the server send `Cache-Control: no-cache` for all but pool/, pages/ and by-hash/.',
  },
  'live-altered': {
    severity: 'error',
    harm: 'Clients refuse it: neither digest nor signature fits.',
    remedy:
      'Run `pakhus verify`: if the store is sound, look for what changes files on their way (an error page, a proxy, a half-done copy).',
  },
  'live-truncated': {
    severity: 'error',
    harm: 'Clients get only a part, and refuse it.',
    remedy:
      'Look for limits of size or time in the web server and its proxies, and for a copy that is half done.',
  },
  'live-encoded': {
    severity: 'error',
    harm: 'apt stores what it gets, so no digest fits.',
    remedy:
      'Switch compression off for this repository: for the server, the CDN and the metadata of the objects (Content-Encoding).',
  },
  'live-encoding-header': {
    severity: 'warning',
    harm: 'apt does not care, but browsers, proxies and other tools unpack the file, whose digest then does not fit.',
    remedy: 'Let the server send .gz, .xz and .zst files without Content-Encoding.',
  },
  'live-content-type': {
    severity: 'warning',
    harm: 'What is called HTML is rewritten by some CDNs and proxies, which breaks its signature.',
    remedy: 'Let the server send it as text/plain.',
  },
  'live-cacheable': {
    severity: 'warning',
    harm: 'A cache may give clients the old file after a publish, or files of two revisions that do not fit together.',
    remedy: 'Let the server send `Cache-Control: no-cache` for all but pool/, pages/ and by-hash/.',
  },
  'live-undated': {
    severity: 'warning',
    harm: 'Clients ask whether a file changed by its date, so they fetch it anew each time.',
    remedy: 'Let the server send Last-Modified.',
  },
  'live-misdated': {
    severity: 'error',
    harm: 'Clients ask whether a file changed since that date, are told no, and miss updates.',
    remedy:
      "Let Last-Modified be the file's own date: compare the server's clock, and how files get to where they are served.",
  },
  'live-not-modified': {
    severity: 'error',
    harm: 'Clients are told that nothing is new, and miss updates.',
    remedy: 'Let the server compare If-Modified-Since with the date of the file.',
  },
  'live-torn': {
    severity: 'error',
    harm: 'Files of two revisions do not fit together: clients that use both refuse them.',
    remedy:
      'Purge the cache in between, or sync the copy that is served; if the store itself has them, run `pakhus repair`.',
  },
  'live-signature': {
    severity: 'error',
    harm: 'Clients refuse the repository.',
    remedy: 'Run `pakhus verify` and `pakhus doctor`: they say which key, and what to do.',
  },
  'live-expired': {
    severity: 'error',
    harm: 'apt refuses the channel until it is signed again (Valid-Until).',
    remedy: 'Run `pakhus resign`, and let cron run it.',
  },
  'live-expires-soon': {
    severity: 'warning',
    harm: 'apt will refuse the channel from then on (Valid-Until).',
    remedy: 'Run `pakhus resign` before that, and let cron run it.',
  },
  'live-name': {
    severity: 'error',
    harm: 'apt asks for + and ~ as %2b and %7e, and does not find the file.',
    remedy:
      'Let the server decode the path before it looks for the file; in a bucket, keys have + and ~ themselves.',
  },
  'live-plus': {
    severity: 'warning',
    harm: 'apt asks for %2b and finds it; who copies the address, or uses curl, does not.',
    remedy: 'Let the server or CDN take + in a path as it is; S3 itself takes it for a blank.',
  },
  'live-range': {
    severity: 'error',
    harm: 'An interrupted download goes on with wrong bytes and fails.',
    remedy: 'Let the server answer ranges right, or switch them off (`Accept-Ranges: none`).',
  },
  'live-no-range': {
    severity: 'warning',
    harm: 'An interrupted download starts over.',
    remedy: 'Let the server answer `Range` requests.',
  },
  'live-state-public': {
    severity: 'warning',
    harm: 'Anybody reads who published what and when, and proposals that are not published yet.',
    remedy: 'Let the server refuse paths with /.pakhus/, or move the state out of the store (`state:`).',
  },
} as const;

/** A code of the table. */
export type LiveCode = keyof typeof LIVE_FINDINGS;

/** Something that clients meet and should not. */
export interface LiveFinding {
  readonly code: LiveCode;
  readonly severity: Severity;
  /** Without credentials. */
  readonly url: string;
  readonly problem: string;
  /** What caches in between say of themselves; absent when they say nothing. */
  readonly evidence?: string;
  /** Why it hurts. */
  readonly harm: string;
  /** What to do. */
  readonly remedy: string;
}

/** A finding with what its code says. */
export function liveFinding(
  code: LiveCode,
  found: Pick<LiveFinding, 'url' | 'problem' | 'evidence'> & { readonly remedy?: string | undefined },
): LiveFinding {
  const kind: Kind = LIVE_FINDINGS[code];
  const { url, problem, evidence, remedy = kind.remedy } = found;
  const { severity, harm } = kind;
  return { code, severity, url: safeUrl(url), problem, ...(evidence && { evidence }), harm, remedy };
}
