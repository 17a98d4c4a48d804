import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchEnvironment } from './apt-client.ts';
import { outputOf, runCommand } from './run-command.ts';
import { lackOfTools } from './skip.ts';
import { testCacheDir } from './temp.ts';

/**
 * Real packages for tests: small and big, for one architecture and for all, with epochs, `+`, `~` and `++` in names and versions,
 * and what some of them depend on. Names of Debian 12 and 13; those that the machine's release does not have are left out.
 */
const NAMES = [
  'bzip2',
  'fonts-dejavu-core',
  'gcc-12-base',
  'gcc-14-base',
  'hello',
  'iso-codes',
  'jq',
  'libbz2-1.0',
  'libdb5.3',
  'libgcc-s1',
  'libgmp10',
  'libgmpxx4ldbl',
  'libjq1',
  'libjs-jquery',
  'liblz4-1',
  'libonig5',
  'libpcre2-8-0',
  'libstdc++6',
  'libxxhash0',
  'libzstd1',
  'media-types',
  'ncal',
  'publicsuffix',
  'time',
  'tree',
  'zlib1g',
  'zstd',
];

/** Packages that were fetched, or why not. */
export type RealDebs = { readonly paths: readonly string[] } | { readonly lack: string };

/**
 * Some twenty real packages from the package servers of the machine's own apt configuration, fetched once and kept in the tests' cache.
 */
export async function fetchRealDebs(): Promise<RealDebs> {
  const lack = lackOfTools('apt-get', 'apt-cache', 'flock');
  if (lack !== undefined) return { lack };
  const env = fetchEnvironment();
  const known = (await runCommand(['apt-cache', 'pkgnames'], { env })).stdout.split('\n');
  const names = NAMES.filter((name) => known.includes(name));
  if (names.length < 20) return { lack: 'the apt lists of this machine are empty (apt-get update)' };

  const folder = join(testCacheDir(), 'real-debs');
  await mkdir(folder, { recursive: true });
  const wanted = (await outputOf(['apt-get', '--print-uris', 'download', ...names], { env }))
    .split('\n')
    .flatMap((line) => {
      const match = /^'\S+' (\S+) (\d+)/.exec(line);
      return match === null ? [] : [{ name: match[1] ?? '', sizeBytes: Number(match[2]) }];
    });
  const paths = wanted.map(({ name }) => join(folder, name));
  if (!(await allThere(folder, wanted))) {
    // Run as root, apt warns that its own user may not write here; it then fetches as root.
    const argv = ['flock', `${folder}.lock`, 'apt-get', '-qq', 'download', ...names] as const;
    const result = await runCommand([...argv], { cwd: folder, env, timeoutMs: 300_000 });
    if (result.code !== 0) return { lack: `apt-get download: ${result.stderr.trim().split('\n').at(-1)}` };
  }
  return { paths };
}

async function allThere(
  folder: string,
  wanted: readonly { readonly name: string; readonly sizeBytes: number }[],
): Promise<boolean> {
  const names = new Set(await readdir(folder));
  for (const { name, sizeBytes } of wanted) {
    if (!names.has(name) || (await stat(join(folder, name))).size !== sizeBytes) return false;
  }
  return true;
}
