/**
 * `npm run bench:buckets`: pakhus and others bring packages into a bucket of the same Ceph, near and 20 ms away.
 *
 * ```
 * small corpus ─▶ each link: every contestant's first upload, and the same again
 * large corpus ─▶ once, near: pakhus and aptly publish all
 *              ─▶ each link, in rounds: both add the same new package
 * ```
 * Copiers get the tree that pakhus made of the same packages. What goes over the longer link is counted.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStorage } from '../../src/storage/open-storage.ts';
import { lackOfCeph, startCeph } from '../../tests/support/stores/ceph.ts';
import { findProgram } from '../contestant.ts';
import { makeCorpus } from '../corpus.ts';
import { openGpgHome } from '../gpg-home.ts';
import { readOptions, USAGE } from '../options.ts';
import { pakhus } from '../pakhus.ts';
import { createRecorder } from '../recorder.ts';
import { formatSeconds, renderTable } from '../table.ts';
import { aptlyToBucket } from './aptly.ts';
import type { Bucket, BucketContestant } from './bucket.ts';
import { BUCKET_HEAD, judgeBuckets } from './budgets.ts';
import { awsSync, bareSdk, rcloneSync, s3cmdSync } from './copiers.ts';
import { pakhusToBucket } from './pakhus.ts';
import { startProxy, type Traffic } from './proxy.ts';

const ROUND_TRIP_MS = 20;
const LARGE = 'large';

const options = readOptions(process.argv.slice(2));
const lack = lackOfCeph();
if (lack !== undefined) throw new Error(`${lack}; apt install ceph-mon ceph-osd radosgw ceph-common`);
if (options === undefined) {
  console.log(USAGE);
  process.exit();
}

const log = (line: string): void => console.error(line);
await mkdir(options.dir, { recursive: true });
const small = await makeCorpus(options.small, options);
const large = await makeCorpus(options.count, options);
const ready = pakhus(options.dir, { id: 'pakhus-tree', title: 'the tree for copiers' });
await ready.full(small.debs);

await using server = await startCeph();
const bucket: Bucket = { ...server, name: server.bucket };
const far = await startProxy(server.endpoint, ROUND_TRIP_MS);
const gpg = await openGpgHome(options.dir);
const ours = pakhusToBucket(options.dir, bucket);
const aptly = findProgram('aptly') && aptlyToBucket(options.dir, { bucket, gpg });
const publishers = [ours, ...(aptly ? [aptly] : [])];
const copiers: readonly (readonly [string, BucketContestant])[] = [
  ['node', bareSdk(options.dir, bucket)],
  ['aws', awsSync(options.dir, bucket)],
  ['s3cmd', s3cmdSync(options.dir, bucket)],
  ['rclone', rcloneSync(options.dir, bucket)],
];
const installed = copiers.flatMap(([program, copier]) => (findProgram(program) ? [copier] : []));
const skipped = [...copiers.map(([program]) => program), 'aptly'].filter((program) => !findProgram(program));
const recorder = createRecorder(log);
const traffic = new Map<string, Traffic>();
const near = { link: 'loopback', endpoint: server.endpoint };
const links = [near, { link: '20 ms', endpoint: far.endpoint }];

/** Notes what a work took, and what went through the proxy meanwhile. */
async function note(
  link: string,
  { contestant: { id }, work }: { readonly contestant: BucketContestant; readonly work: string },
  run: ReturnType<BucketContestant['again']>,
): Promise<void> {
  recorder.record(`${link}/${id}`, work, await run);
  if (link !== 'loopback') traffic.set(`${link}/${id}/${work}`, far.take());
}

try {
  for (const { link, endpoint } of links) {
    const contestants = Array.from({ length: options.fullRepeat }, () => [...installed, ...publishers]);
    for (const [turn, contestant] of contestants.flat().entries()) {
      const folder = contestant === ours || contestant === aptly ? small.debs : join(ready.root, '..');
      const prefix = `${contestant.id}-${link.replaceAll(' ', '')}-${turn}`;
      await note(link, { contestant, work: 'first' }, contestant.first(folder, { endpoint, prefix }));
      await note(link, { contestant, work: 'again' }, contestant.again(folder, endpoint));
    }
  }
  for (const contestant of publishers)
    await note(
      'loopback',
      { contestant, work: 'first-large' },
      contestant.first(large.debs, { endpoint: server.endpoint, prefix: `${LARGE}-${contestant.id}` }),
    );
  // Those for `all` go into two indexes, and come first: what the last one took is held against the size of one.
  const extra = large.extra.toSorted((a, b) => Number(isForAll(b)) - Number(isForAll(a)));
  for (const [index, deb] of extra.entries()) {
    const { link, endpoint } = links[index % links.length] ?? near;
    for (const contestant of publishers)
      await note(link, { contestant, work: 'add-one' }, contestant.addOne(deb, endpoint));
  }
  const samples = recorder.samples();
  const figures = { samples, traffic, indexBytes: await indexBytes() };
  const rows = [...samples].map(([key, sample]) => {
    const counted = traffic.get(key);
    return [
      key,
      formatSeconds(sample.wallSeconds),
      sample.cpuSeconds === undefined ? '–' : `${sample.cpuSeconds.toFixed(2)} s`,
      sample.peakMiB === undefined ? '–' : `${sample.peakMiB.toFixed(0)} MiB`,
      counted === undefined ? '' : String(counted.requests),
      counted === undefined ? '' : counted.methods,
    ];
  });
  console.log(
    [
      `${options.count} packages in the large repository, ${options.small} in the small one; Ceph in memory on this machine`,
      renderTable(BUCKET_HEAD, judgeBuckets(figures)),
      renderTable(['link/program/work', 'wall', 'cpu', 'peak', 'requests', 'of which'], rows),
      ...skipped.map((program) => `skipped: ${program} is not installed`),
    ].join('\n\n'),
  );
} finally {
  for (const contestant of [...installed, ...publishers, ready]) await contestant.remove();
  await gpg.close();
  await far.stop();
}

function isForAll(deb: string): boolean {
  return deb.endsWith('_all.deb');
}

/** Of the large repository's index, all encodings. */
async function indexBytes(): Promise<number> {
  const storage = await openStorage(server.location(`${LARGE}-${ours.id}`), { env: server.env });
  const sizes = ['Packages.gz', 'Packages.xz'].map(async (name) => {
    const { sizeBytes } = await storage.stat(`deb/dists/stable/main/binary-amd64/${name}`);
    return sizeBytes;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
