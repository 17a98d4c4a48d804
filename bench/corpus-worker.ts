/** A worker thread of corpus.ts: packs its share of the packages into files, then ends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { writeDeb } from '../src/formats/deb/write-deb.ts';
import type { ControlStanza } from './control-stanza.ts';
import { createRandom, type Random } from './random.ts';

/** What a worker is handed. */
export interface PackingJob {
  readonly folder: string;
  readonly stanzas: readonly ControlStanza[];
  readonly compression: 'gzip' | 'none' | 'zstd' | 'xz';
  readonly seed: number;
}

const SMALLEST_BYTES = 200;
const LARGEST_BYTES = 10_000;
/** 2024-01-01: every file of the corpus has the same date, so that the same seed makes the same bytes. */
const MTIME_SECONDS = 1_704_067_200;

const job: PackingJob = workerData;
const random = createRandom(job.seed);
for (const stanza of job.stanzas) {
  const deb = await writeDeb({
    control: stanza.control,
    files: [{ path: `usr/share/doc/${stanza.name}/payload`, bytes: random.bytes(payloadSize(random)) }],
    compression: job.compression,
    xzPreset: 4,
    mtimeSeconds: MTIME_SECONDS,
  });
  writeFileSync(join(job.folder, fileName(stanza)), deb);
}

/** Small sizes are as common as large ones, as in a distribution: the logarithm is spread evenly. */
function payloadSize(from: Random): number {
  return Math.round(SMALLEST_BYTES * (LARGEST_BYTES / SMALLEST_BYTES) ** from.next());
}

/** As dpkg-name(1) calls it: without the epoch. */
function fileName({ name, version, architecture }: ControlStanza): string {
  return `${name}_${version.replace(/^\d+:/, '')}_${architecture}.deb`;
}
