/**
 * Packs the sample packages. Each folder of `packages/` is a tree as `dpkg-deb --build` takes it:
 *
 *     packages/hello-pakhus_1.0/DEBIAN/control
 *                               usr/bin/hello-pakhus     as it lies on the machine
 *
 * `node examples/pack.ts FOLDER` writes the packages into FOLDER. The same trees give the same bytes every time.
 */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type DebFile, writeDeb } from '../src/formats/deb/write-deb.ts';

const TREES: string = join(import.meta.dirname, 'packages');
/** The one date in the samples: 2026-11-20. */
const MTIME_SECONDS = 1_795_132_800;

/** The names of the sample trees: `hello-pakhus_1.0`. */
export async function listSamples(): Promise<string[]> {
  return (await readdir(TREES)).sort();
}

/** Packs one tree into `folder`; gives the path of the package. */
export async function packSample(name: string, folder: string): Promise<string> {
  const tree = join(TREES, name);
  const control = await readFile(join(tree, 'DEBIAN/control'), 'utf8');
  const bytes = await writeDeb({ control, files: await readFiles(tree), mtimeSeconds: MTIME_SECONDS });
  const architecture = /^Architecture: (\S+)$/m.exec(control)?.[1] ?? 'all';
  const path = join(
    folder,
    name.endsWith(`_${architecture}`) ? `${name}.deb` : `${name}_${architecture}.deb`,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(path, bytes);
  return path;
}

async function readFiles(tree: string): Promise<DebFile[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(tree, 'DEBIAN')));
  return await Promise.all(
    paths.map(async (path) => {
      const isProgram = ((await stat(path)).mode & 0o100) !== 0;
      return { path: relative(tree, path), bytes: await readFile(path), mode: isProgram ? 0o755 : 0o644 };
    }),
  );
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error('Usage: node examples/pack.ts FOLDER');
    process.exitCode = 2;
  } else {
    for (const name of await listSamples()) console.log(await packSample(name, resolve(folder)));
  }
}
