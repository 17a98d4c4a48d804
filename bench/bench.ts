/**
 * The whole bench, in one run on one machine.
 *
 * ```
 * corpora ─▶ full publish, one contestant after the other ─▶ same packages, same fields, files there, index sizes?
 *         ─▶ rounds: in each, every contestant adds the same new package ─▶ still the same packages?
 *         ─▶ the same for a feed of opkg, an index of wpkg and databases of pacman, where their programs are installed
 *         ─▶ pakhus alone: publish again, remove one, gate: check all, --version over bare node
 * ```
 * Rounds go from one contestant to the next, so that a slow moment of the machine meets all of them.
 */
import { mkdir, statfs } from 'node:fs/promises';
import { calibrate } from './calibrate.ts';
import { findProgram } from './contestant.ts';
import { makeCorpus } from './corpus.ts';
import { openPakhus } from './entrants.ts';
import { type Comparison, checkOurFiles, compareAll, indexSizes } from './equivalence.ts';
import { canMeasureResources } from './measure.ts';
import type { Sample } from './median.ts';
import { benchOpkg } from './opkg.ts';
import type { BenchOptions } from './options.ts';
import { benchPacman, PACMAN_SIZES } from './pacman.ts';
import { openPeers } from './peers/open-peers.ts';
import { createRecorder } from './recorder.ts';
import { addInRounds, measureAlone, publishAll } from './stages.ts';
import { benchWpkg } from './wpkg.ts';

/** All that the bench found out. */
export interface BenchResult {
  /** By contestant and work: `reprepro-gz/add-one`. */
  readonly samples: ReadonlyMap<string, Sample>;
  /** Index size over the reference tool's, by encoding. */
  readonly sizeRatios: ReadonlyMap<string, number>;
  readonly comparisons: readonly Comparison[];
  /** Files of pakhus's repository that are not what its index says; undefined: not looked at. */
  readonly brokenFiles: readonly string[] | undefined;
  readonly skipped: readonly string[];
  /** Processor seconds of a fixed job, before and after. */
  readonly calibration: readonly [number, number];
}

/** Bytes on disk per package, over all corpora and repositories. */
const ROOM_PER_PACKAGE = 64_000;

/** Runs all of it; `log` is told what goes on. Throws when a program fails. */
export async function runBench(options: BenchOptions, log: (line: string) => void): Promise<BenchResult> {
  await mkdir(options.dir, { recursive: true });
  await checkRoom(options);
  log(`corpora of ${options.count} and ${options.small} packages in ${options.dir}`);
  const large = await makeCorpus(options.count, options);
  const small = await makeCorpus(options.small, options);

  const peers = options.peers ? await openPeers(options.dir) : undefined;
  const ours = options.pakhus ? openPakhus(options.dir) : undefined;
  const entrants = [
    ...(peers?.contestants ?? []).map((contestant) => ({ contestant, corpus: large })),
    ...(ours ? [ours.main, ours.gzipOnly].map((contestant) => ({ contestant, corpus: large })) : []),
    ...(ours ? [{ contestant: ours.small, corpus: small }] : []),
  ];
  const recorder = createRecorder(log);
  const before = calibrate();
  try {
    await publishAll(entrants, { recorder, times: options.fullRepeat });
    const full = ours ? await compareAll(ours, entrants, 'full') : [];
    const sizeRatios = ours ? await indexSizes(ours, options.dir) : new Map<string, number>();
    await addInRounds(entrants, { recorder, debs: large.extra.slice(0, options.repeat) });
    const added = ours ? await compareAll(ours, entrants, 'add-one') : [];
    if (ours) await measureAlone(ours, { recorder, corpus: large, repeat: options.repeat });
    if (ours && peers)
      await benchOpkg(options.dir, { recorder, seed: options.seed, times: options.fullRepeat });
    const hasWpkg = findProgram('wpkg') !== undefined;
    if (ours && peers && hasWpkg)
      await benchWpkg(options.dir, { recorder, seed: options.seed, times: options.fullRepeat });
    const hasRepoAdd = findProgram('repo-add') !== undefined;
    const sizes = options.quick ? PACMAN_SIZES.slice(0, 1) : PACMAN_SIZES;
    if (ours && peers && hasRepoAdd)
      await benchPacman(options.dir, { recorder, seed: options.seed, sizes, times: options.repeat });
    const brokenFiles = ours && (await checkOurFiles(ours, options.seed));
    return {
      samples: recorder.samples(),
      sizeRatios,
      comparisons: [...full, ...added],
      brokenFiles,
      skipped: [
        ...(peers?.skipped ?? []),
        ...(hasWpkg ? [] : ['wpkg is not installed (Debian has no package of it)']),
        ...(hasRepoAdd ? [] : ['repo-add is not installed (pacman-package-manager, libarchive-tools)']),
        ...skippedMeasures(),
      ],
      calibration: [before, calibrate()],
    };
  } finally {
    await peers?.close();
    if (!options.keep) for (const { contestant } of entrants) await contestant.remove();
  }
}

async function checkRoom({ dir, count }: BenchOptions): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const needed = count * ROOM_PER_PACKAGE;
  if (bavail * bsize < needed) {
    throw new Error(
      `${dir} has ${bavail * bsize} bytes free, ${needed} are needed for ${count} packages; use --dir or --count`,
    );
  }
}

function skippedMeasures(): string[] {
  return canMeasureResources() ? [] : ['processor time and memory: no /usr/bin/time (Debian package time)'];
}
