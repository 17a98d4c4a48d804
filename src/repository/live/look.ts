/** Looking at one pointer as clients get it: its answer, its bytes, and of which revision they are. */
import type { PointerEntry } from '../../ledger/manifest.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { ReadRevision } from '../change/content.ts';
import type { Repository } from '../repository.ts';
import { type Fetched, fetchFile } from './fetched.ts';
import { cacheEvidence, judgePointerHeaders, judgeStatus, showDate } from './judge-answer.ts';
import { judgeRightBytes, judgeWrongBytes } from './judge-bytes.ts';
import { type LiveFinding, liveFinding } from './live-finding.ts';
import type { PointerHistory } from './pointer-history.ts';
import { addressOf, type Site } from './site.ts';

/** What is looked at, and what with. */
export interface Look {
  readonly repository: Repository;
  /** The newest revision: what clients should see. */
  readonly tail: ReadRevision;
  readonly history: PointerHistory;
  readonly site: Site;
  readonly call: CallOptions;
}

/** A pointer as it is served. */
export interface Standing {
  readonly pointer: PointerEntry;
  readonly fetched: Fetched;
  /** The revision that its bytes are of: the newest one that has them; undefined when none has. */
  readonly rev: number | undefined;
  readonly findings: readonly LiveFinding[];
}

/** A stale file may be larger than the newest one. */
const LIMIT_FACTOR = 4;
const LIMIT_BYTES = 64 * 1024 * 1024;

/** Fetches a pointer as clients do: caches are asked to look whether it is still so. */
export function fetchPointer({ site, call }: Look, pointer: PointerEntry): Promise<Fetched> {
  return fetchFile(site.read, addressOf(site, pointer.path), {
    ...call,
    headers: { 'cache-control': 'max-age=0' },
    limitBytes: LIMIT_BYTES + LIMIT_FACTOR * pointer.sizeBytes,
    keep: isSmall(pointer),
  });
}

/** Says what is wrong with it. */
export async function judgePointer(
  look: Look,
  { pointer, fetched }: { readonly pointer: PointerEntry; readonly fetched: Fetched },
): Promise<Standing> {
  const { repository, tail, history, site, call } = look;
  const nowMs = repository.ledger.time.now();
  const findings = [...judgeStatus(fetched)];
  const standing = (rev: number | undefined): Standing => ({ pointer, fetched, rev, findings });
  if (fetched.failure !== undefined || fetched.status !== 200) return standing(undefined);
  if (site.isHttp) findings.push(...judgePointerHeaders(fetched, nowMs));
  if (fetched.sha256 === pointer.sha256) {
    const finding = judgeRightBytes(fetched);
    if (finding !== undefined) findings.push(finding);
    return standing(tail.revision.signed.record.rev);
  }
  const older = await history.find(pointer.path, fetched.sha256);
  if (older === undefined) {
    findings.push(await judgeWrongBytes(repository, { fetched, expected: pointer }, call));
    return standing(undefined);
  }
  const { last, replacedBy } = older;
  const problem =
    `it is of revision ${last.rev} (${showDate(last.signedAtMs)}), ` +
    `which revision ${replacedBy.rev} replaced on ${showDate(replacedBy.signedAtMs)}`;
  findings.push(liveFinding('live-stale', { url: fetched.url, problem, evidence: cacheEvidence(fetched) }));
  return standing(last.rev);
}

/** Signed files are looked into; of indexes the digest is enough. */
function isSmall({ sizeBytes, from }: PointerEntry): boolean {
  return 'blob' in from && sizeBytes < LIMIT_BYTES;
}
