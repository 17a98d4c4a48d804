/** The index files that the entry of a channel names, at the names that never change. */
import type { CatalogChannel } from '../../catalog/catalog.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import type { UseCaseOptions } from '../repository.ts';
import { fetchFile } from './fetched.ts';
import { judgeStatus } from './judge-answer.ts';
import { type Expected, judgeRightBytes, judgeWrongBytes } from './judge-bytes.ts';
import type { LiveFinding } from './live-finding.ts';
import type { Look } from './look.ts';
import { addressOf } from './site.ts';

/** Requests that are under way at a time. */
export const PARALLEL = 8;

/** A file whose name belongs to its bytes for ever. */
export interface FixedFile extends Expected {
  readonly path: string;
}

/** Index files of a channel, of one component or all, that lie in the public folder under such names. */
export function indexFilesOf(channel: CatalogChannel, component: string | undefined): readonly FixedFile[] {
  const files = channel.indexes
    .filter((index) => (component ?? index.component) === index.component)
    .flatMap((index) => index.files)
    .flatMap(({ from, sizeBytes, sha256 }) =>
      from !== undefined && 'tree' in from ? [{ path: from.tree, sizeBytes, sha256, from }] : [],
    );
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** Fetches all of them, to their end. */
export async function checkFixedFiles(
  look: Look,
  files: Iterable<FixedFile> | AsyncIterable<FixedFile>,
  progress: { readonly report: UseCaseOptions['report']; readonly task: string; readonly total?: number },
): Promise<{ readonly checked: number; readonly findings: readonly LiveFinding[] }> {
  const { report, ...of } = progress;
  const findings: LiveFinding[] = [];
  let checked = 0;
  const work = (file: FixedFile): Promise<readonly LiveFinding[]> => checkFixedFile(look, file);
  for await (const found of mapInOrder(files, { limit: PARALLEL, signal: look.call.signal, work })) {
    findings.push(...found);
    checked += 1;
    report({ type: 'progress', ...of, done: checked });
  }
  return { checked, findings };
}

/** Fetches one of them. */
export async function checkFixedFile(look: Look, file: FixedFile): Promise<readonly LiveFinding[]> {
  const { site, call, repository } = look;
  const limitBytes = 2 * file.sizeBytes + 1024 * 1024;
  const fetched = await fetchFile(site.read, addressOf(site, file.path), {
    ...call,
    limitBytes,
    keep: false,
  });
  const findings = judgeStatus(fetched);
  if (fetched.failure !== undefined || fetched.status !== 200) return findings;
  const finding =
    fetched.sha256 === file.sha256
      ? judgeRightBytes(fetched)
      : await judgeWrongBytes(repository, { fetched, expected: file }, call);
  return finding === undefined ? findings : [...findings, finding];
}
