/**
 * What clients get through `url:`, held against the ledger. Reads only, needs no key.
 *
 * ```
 * pointers ─fetch─▶ status, headers, bytes      each by itself; bytes of an older revision are told apart from foreign ones
 *     └─ entry of a channel ─▶ its revision      pairs, signatures, dates, every index file that it names
 * packages ─HEAD or GET─▶ size or bytes          special names, ranges
 * state    ─GET─▶ nobody else may read it
 * ```
 */
import { fillPlace } from '../../config/place.ts';
import { newestRev } from '../../ledger/log.ts';
import type { Filter } from '../change/actions.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { checkChannel, seeChannel } from './check-channel.ts';
import { checkFixedFiles, indexFilesOf } from './check-files.ts';
import { checkPackages } from './check-packages.ts';
import { checkState } from './check-state.ts';
import { fetchPointers } from './fetch-pointers.ts';
import type { LiveFinding } from './live-finding.ts';
import type { Look } from './look.ts';
import { pointerHistory } from './pointer-history.ts';
import type { Site } from './site.ts';

/** Somebody may publish while we look; then what we saw fits nothing, and we look again. */
const ATTEMPTS = 3;

export interface LiveVerification {
  /** The repository's folder. */
  readonly url: string;
  /** What clients should see. */
  readonly rev: number;
  readonly checked: {
    readonly pointers: number;
    readonly signatures: number;
    readonly indexes: number;
    readonly packages: number;
  };
  readonly findings: readonly LiveFinding[];
}

export interface LiveInput extends Filter {
  readonly site: Site;
  /** Fetch every package file, not a sample of their sizes. */
  readonly all: boolean;
}

/** @throws REPOSITORY_NOT_FOUND, PLACE_NOT_FOUND, LEDGER_*, STORE_* */
export async function verifyLive(
  repository: Repository,
  input: LiveInput,
  options: UseCaseOptions,
): Promise<LiveVerification> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  for (let attempt = 1; ; attempt++) {
    const tail = await openTail(repository, call);
    const { rev } = tail.revision.signed.record;
    const { settings } = tail.content.catalog;
    fillPlace({ channel: input.channel, component: input.component, repository: repository.name }, settings);
    const history = pointerHistory(repository.ledger, tail.revision, call);
    const look: Look = { repository, tail, history, site: input.site, call };
    const found = await verifyOnce(look, input, options);
    const isSound = found.findings.every(({ severity }) => severity === 'warning');
    if (isSound || attempt === ATTEMPTS || (await newestRev(repository.ledger, call)) === rev)
      return { url: input.site.url, rev, ...found };
  }
}

async function verifyOnce(
  look: Look,
  input: LiveInput,
  { report }: UseCaseOptions,
): Promise<Pick<LiveVerification, 'checked' | 'findings'>> {
  const channels = look.tail.content.catalog.channels.map(({ name }) => name);
  const wanted = channels.filter((name) => (input.channel ?? name) === name);
  const { standings, isReached } = await fetchPointers(look, { wanted, report });
  const findings = [...standings.values()].flatMap((standing) => standing.findings);
  const checked = { pointers: standings.size, signatures: 0, indexes: 0, packages: 0 };
  if (!isReached) return { checked, findings };
  const task = 'Fetching indexes';
  for (const name of wanted) {
    const seen = await seeChannel(look, { name, standings });
    if (seen === undefined) continue;
    const together = await checkChannel(look, seen);
    const files = indexFilesOf(seen.channel, input.component);
    const indexes = await checkFixedFiles(look, files, { report, task, total: files.length });
    checked.signatures += together.checked;
    checked.indexes += indexes.checked;
    findings.push(...together.findings, ...indexes.findings);
  }
  const packages = await checkPackages(look, { ...input, report });
  checked.packages = packages.checked;
  findings.push(...packages.findings, ...(await checkState(look)));
  return { checked, findings };
}
