/**
 * wpkg: a folder of packages becomes an index. The peer is `wpkg --create-index`, in C++, which reads every package again whenever one comes;
 * it reads control files, not the files of packages, and keeps no history.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { writeDeb } from '../src/formats/deb/index.ts';
import { type Measurement, measure } from './measure.ts';
import { ownHome, PAKHUS, POINTERS_REST_MS } from './pakhus.ts';
import { createRandom } from './random.ts';
import type { Recorder } from './recorder.ts';

/** Packages in the index. */
const COUNT = 1000;
const LEAST_PAYLOAD_BYTES = 200;
const PAYLOAD_RANGE_BYTES = 10_000;

/** Both index the same packages from nothing, then with one more. Throws when they do not list the same. */
export async function benchWpkg(
  dir: string,
  { recorder, seed, times }: { readonly recorder: Recorder; readonly seed: number; readonly times: number },
): Promise<void> {
  const root = join(dir, 'wpkg');
  const folder = join(root, 'packages');
  const state = join(root, 'pakhus');
  await rm(root, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await writePackages(folder, seed);
    const argv = ['wpkg', '--create-index', 'index.tar.gz', '--recursive', '--repository', '.'] as const;
    for (let i = 0; i < times; i++) {
      const more = join(folder, 'one-more_1_linux-amd64.deb');
      for (const file of [more, join(folder, 'index.tar.gz')]) await rm(file, { force: true });
      recorder.record('create-index', 'wpkg', await measure({ argv, cwd: folder }));
      await rm(state, { recursive: true, force: true });
      await mkdir(join(state, 'home'), { recursive: true });
      const publish = async (path: string): Promise<Measurement> => {
        const words = ['publish', path, '--to', 'wpkg', '--init', '--json'];
        // Compiled code is kept from run to run, as for anybody who has run pakhus once.
        const env = { ...ownHome(join(state, 'home')), XDG_CACHE_HOME: join(root, 'cache') };
        return measure({ argv: [process.execPath, PAKHUS, ...words], cwd: state, env });
      };
      recorder.record('pakhus', 'wpkg', await publish(folder));
      await writeFile(more, await packageBytes('one-more', { version: '1', bytes: Buffer.from('more') }));
      recorder.record('create-index', 'wpkg-one-more', await measure({ argv, cwd: folder }));
      await sleep(POINTERS_REST_MS);
      recorder.record('pakhus', 'wpkg-one-more', await publish(more));
    }
    const ours = await namesIn(join(state, 'public/wpkg/stable/main/index.tar.gz'));
    const theirs = await namesIn(join(folder, 'index.tar.gz'));
    if (ours.length !== COUNT + 1 || ours.join() !== theirs.join())
      throw new Error('wpkg: pakhus and wpkg --create-index list other packages');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writePackages(folder: string, seed: number): Promise<void> {
  const random = createRandom(seed);
  for (let index = 0; index < COUNT; index++) {
    const name = `bench-package-${index}`;
    const version = `1.${random.below(100)}-1`;
    const bytes = random.bytes(LEAST_PAYLOAD_BYTES + random.below(PAYLOAD_RANGE_BYTES));
    const deb = await packageBytes(name, { version, bytes });
    await writeFile(join(folder, `${name}_${version}_linux-amd64.deb`), deb);
  }
}

async function packageBytes(
  name: string,
  { version, bytes }: { readonly version: string; readonly bytes: Uint8Array },
): Promise<Uint8Array> {
  const control = [
    ...[`Package: ${name}`, `Version: ${version}`, 'Architecture: linux-amd64', 'Section: utils'],
    ...['Maintainer: Bench <bench@example.org>', 'Packager-Version: 1.0.2', `Description: ${name}`],
  ].join('\n');
  return writeDeb({ control, files: [{ path: `usr/bin/${name}`, bytes, mode: 0o755 }] });
}

/** Names of packages in an index, sorted. */
async function namesIn(path: string): Promise<readonly string[]> {
  const text = gunzipSync(await readFile(path)).toString('latin1');
  return [...text.matchAll(/^Package: (.*)$/gm)].map(([, name = '']) => name).sort();
}
