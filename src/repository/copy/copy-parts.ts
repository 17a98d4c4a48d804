/** The parts of a repository whose bytes never change under their names: packages and index files, blobs. */
import { callOf } from '../../catalog/call-of.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readTail } from '../../ledger/log.ts';
import { readContent } from '../change/content.ts';
import { contentTypes, fileKinds } from '../file-kinds.ts';
import { PACKAGE_HEADERS } from '../ingest/store-package.ts';
import type { UseCaseOptions } from '../repository.ts';
import { type CopyWork, copyObjects } from './copy-objects.ts';
import { type Difference, findDifferences } from './find-differences.ts';

/** Counted up while copying; on a dry run, what would be copied. */
export interface Tally {
  files: number;
  sizeBytes: number;
}

export interface PartWork extends UseCaseOptions {
  readonly source: Ledger;
  readonly copy: Ledger;
  readonly dryRun: boolean;
}

const BLOB_HEADERS = { contentType: 'application/octet-stream' } as const;

/**
 * The public folder but for pointers. Gives the number of files that went away meanwhile. A fixed name that comes up while the folder is
 * listed belongs to a revision that is there by the time the log is read.
 */
export async function copyTree(work: PartWork, tally: Tally): Promise<number> {
  const { source, copy, report, signal } = work;
  const call = callOf({ signal });
  report({ type: 'progress', task: `Comparing the files of ${source.repository}` });
  const found = await collect(findDifferences(source.tree.list('', call), copy.tree.list('', call)));
  const tail = await readTail(source, call);
  if (tail === undefined) return 0;
  const { pointers, gone } = tail.manifest;
  const fixed = new Set([...pointers, ...gone].map(({ path }) => path));
  const format = readContent(tail).catalog.settings.format;
  const kindOf = fileKinds(format);
  const contentType = contentTypes(format);
  return copyPart(work, tally, {
    task: `Copying the files of ${source.repository}`,
    from: source.tree,
    to: copy.tree,
    items: found.filter(({ key }) => !fixed.has(key)),
    headersOf: (key) => {
      const kind = kindOf(key);
      if (kind === 'package') return PACKAGE_HEADERS;
      return kind !== undefined
        ? { contentType: contentType(key), cacheControl: PACKAGE_HEADERS.cacheControl }
        : {};
    },
  });
}

/** What the log names. Gives the number of blobs that went away meanwhile. */
export async function copyBlobs(work: PartWork, tally: Tally): Promise<number> {
  const { source, copy, report, signal } = work;
  const call = callOf({ signal });
  report({ type: 'progress', task: `Comparing the ledger of ${source.repository}` });
  const items = await collect(
    findDifferences(source.state.list('blob/', call), copy.state.list('blob/', call)),
  );
  const task = `Copying the ledger of ${source.repository}`;
  return copyPart(work, tally, {
    task,
    from: source.state,
    to: copy.state,
    items,
    headersOf: () => BLOB_HEADERS,
  });
}

async function copyPart(
  { report, signal, dryRun }: PartWork,
  tally: Tally,
  { task, ...part }: Omit<CopyWork, 'onDone'> & { readonly task: string },
): Promise<number> {
  const total = part.items.length;
  const count = ({ sizeBytes }: Difference): void => {
    tally.files++;
    tally.sizeBytes += sizeBytes;
  };
  if (dryRun) {
    part.items.forEach(count);
    return 0;
  }
  let done = 0;
  const onDone = (item: Difference): void => {
    count(item);
    report({ type: 'progress', task, done: ++done, total });
  };
  return copyObjects({ ...part, onDone }, callOf({ signal }));
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
