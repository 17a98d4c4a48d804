import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Contestant } from '../contestant.ts';
import type { GpgHome } from '../gpg-home.ts';
import { inSequence, measure } from '../measure.ts';

/** Linux takes arguments of a quarter of the stack limit, 2 MiB in most places: execve(2). */
const ARGUMENT_BYTES = 1_500_000;
const POINTER_BYTES = 8;

/** reprepro with `Packages` in the given compressions, signed by gpg. */
export function reprepro(
  dir: string,
  options: { readonly gpg: GpgHome; readonly compressions: readonly ('gz' | 'xz')[] },
): Contestant {
  const id = `reprepro-${options.compressions.join('-')}`;
  const state = join(dir, id);
  const run = (args: readonly string[], cwd?: string) =>
    measure({
      argv: ['reprepro', '--silent', '-b', state, ...args],
      env: options.gpg.env,
      ...(cwd === undefined ? {} : { cwd }),
    });
  return {
    id,
    title: `reprepro ${options.compressions.join(' + ')}`,
    unfolds: false,
    full: async (debs) => {
      await rm(state, { recursive: true, force: true });
      await mkdir(join(state, 'conf'), { recursive: true });
      await writeFile(join(state, 'conf', 'distributions'), distribution(options));
      const runs = [];
      for (const names of batches(await readdir(debs))) {
        runs.push(await run(['--export=never', 'includedeb', 't', ...names], debs));
      }
      runs.push(await run(['export', 't']));
      return inSequence(runs);
    },
    addOne: (deb) => run(['includedeb', 't', deb]),
    readPackages: async () => {
      const index = await readFile(join(state, 'dists/t/main/binary-amd64/Packages.gz'));
      return gunzipSync(index).toString();
    },
    remove: () => rm(state, { recursive: true, force: true }),
  };
}

/** A file of conf/distributions, reprepro(1). `DebIndices` without `.` writes no plain index. */
function distribution(options: { readonly gpg: GpgHome; readonly compressions: readonly string[] }): string {
  const lines = [
    'Codename: t',
    'Architectures: amd64',
    'Components: main',
    `SignWith: ${options.gpg.fingerprint}`,
    `DebIndices: Packages Release ${options.compressions.map((compression) => `.${compression}`).join(' ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Cuts `names` into argument lists that the kernel takes. */
function batches(names: readonly string[]): string[][] {
  const lists: string[][] = [[]];
  let room = ARGUMENT_BYTES;
  for (const name of names) {
    const bytes = Buffer.byteLength(name) + 1 + POINTER_BYTES;
    if (bytes > room) {
      lists.push([]);
      room = ARGUMENT_BYTES;
    }
    lists.at(-1)?.push(name);
    room -= bytes;
  }
  return lists;
}
