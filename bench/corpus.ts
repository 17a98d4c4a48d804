/**
 * The packages that are published: made once, kept, the same for the same seed.
 *
 * ```
 * <dir>/corpus-5000-1-xz-1a2b3c4d/       count, seed, compression, what apt's lists were
 *   debs/<name>_<version>_<architecture>.deb      5,000 of them
 *   extra/…                                       some more, added one at a time
 * ```
 * A corpus is made in `….partial` and renamed when it is whole.
 */

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sha256Hex } from '../src/core/digest.ts';
import type { ControlStanza } from './control-stanza.ts';
import type { PackingJob } from './corpus-worker.ts';
import { drawStanzas, findAptLists } from './stanzas.ts';

/** To be raised when packages are made in another way: corpora of before are then left alone. */
const RECIPE = 1;

/** A corpus on disk. */
export interface Corpus {
  readonly count: number;
  /** Folder of the `count` packages. */
  readonly debs: string;
  /** Paths of packages that are not among them. */
  readonly extra: readonly string[];
}

/** What decides the bytes of a corpus. */
export interface CorpusOptions {
  readonly dir: string;
  readonly seed: number;
  readonly compression: PackingJob['compression'];
  /** Folder of apt's lists; none of them there: every stanza is made up. */
  readonly lists: string;
  /** Packages to make beside the `count`. */
  readonly extra: number;
}

/** The corpus of `count` packages: found in `dir`, or made there. */
export async function makeCorpus(count: number, options: CorpusOptions): Promise<Corpus> {
  const lists = await findAptLists(options.lists);
  const source = sha256Hex([RECIPE, options.extra, ...lists.map((list) => list.version)].join('\n')).slice(
    0,
    8,
  );
  const root = join(options.dir, `corpus-${count}-${options.seed}-${options.compression}-${source}`);
  const found = await openCorpus(root, count);
  if (found) return found;

  const partial = `${root}.partial`;
  await rm(partial, { recursive: true, force: true });
  const stanzas = await drawStanzas(count + options.extra, {
    lists: lists.map((list) => list.path),
    seed: options.seed,
  });
  await pack(stanzas.slice(0, count), join(partial, 'debs'), options);
  await pack(stanzas.slice(count), join(partial, 'extra'), options);
  await rename(partial, root);
  const made = await openCorpus(root, count);
  if (!made) throw new Error(`the corpus ${root} vanished while it was made`);
  return made;
}

async function openCorpus(root: string, count: number): Promise<Corpus | undefined> {
  const extra = await readdir(join(root, 'extra')).catch(() => undefined);
  if (!extra) return undefined;
  return { count, debs: join(root, 'debs'), extra: extra.sort().map((name) => join(root, 'extra', name)) };
}

async function pack(
  stanzas: readonly ControlStanza[],
  folder: string,
  options: CorpusOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const workers = availableParallelism();
  const share = Math.ceil(stanzas.length / workers);
  const jobs = Array.from({ length: workers }, (_, index) => ({
    folder,
    stanzas: stanzas.slice(index * share, (index + 1) * share),
    compression: options.compression,
    seed: options.seed * 1_000_003 + index,
  }));
  await Promise.all(jobs.filter((job) => job.stanzas.length > 0).map(runWorker));
}

function runWorker(job: PackingJob): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./corpus-worker.ts', import.meta.url), { workerData: job });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a worker that packs into ${job.folder} ended with ${code}`));
    });
  });
}
