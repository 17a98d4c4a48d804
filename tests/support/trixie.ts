import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AptClient, describeClient, fetchEnvironment } from './apt-client.ts';
import { runCommand } from './run-command.ts';
import { type Lack, lackOfRoot, lackOfTools } from './skip.ts';
import { testCacheDir } from './temp.ts';
import { TRIXIE_MARKER, TRIXIE_RECIPE } from './trixie-build.ts';

/**
 * apt 3 with sqv of Debian 13, in a folder to chroot into.
 *
 *     <cache>/debian-13-<recipe>/           made once by trixie-build.ts, not changed afterwards
 *     <cache>/debian-13-<recipe>/scratch/   the scratch roots of running tests (apt.ts)
 *     <cache>/debian-13-<recipe>.lock       held while one is made; flock(1) frees it with its process
 */
export async function createTrixieClient(): Promise<AptClient | { readonly lack: string }> {
  const lack =
    lackOfRoot() ?? lackOfTools('apt-get', 'dpkg-deb', 'gpgv', 'chroot', 'unshare', 'flock', 'mknod');
  if (lack !== undefined) return { lack };
  const root = join(testCacheDir(), `debian-13-${TRIXIE_RECIPE}`);
  const failure = await ensureBuilt(root);
  if (failure !== undefined) return { lack: failure };
  const run: AptClient['run'] = (argv, options = {}) => {
    const expose = options.expose ?? [];
    const enter = expose.length === 0 ? ['chroot', root] : [...ENTER_EXPOSED, root, ...expose, '--'];
    return runCommand(['env', ...enter, ...argv], { ...options, cwd: '/' });
  };
  return { name: await describeClient(run, root), root, run };
}

/** Binds folders into the chroot, in a mount namespace that ends with the command. Those below /tmp leave no mount points behind. */
const ENTER_EXPOSED = [
  'unshare',
  '--mount',
  '--propagation',
  'private',
  'sh',
  '-ec',
  `root=$1; shift
   mount -t tmpfs tmpfs "$root/tmp"
   while [ "$1" != -- ]; do mkdir -p "$root$1"; mount --bind "$1" "$root$1"; shift; done
   shift
   exec chroot "$root" "$@"`,
  'enter',
];

async function ensureBuilt(root: string): Promise<Lack> {
  try {
    await access(join(root, TRIXIE_MARKER));
    return undefined;
  } catch {
    // Not made yet, or only in part.
  }
  await mkdir(dirname(root), { recursive: true });
  const script = fileURLToPath(new URL('trixie-build.ts', import.meta.url));
  const result = await runCommand(['flock', `${root}.lock`, process.execPath, script, root], {
    env: fetchEnvironment(),
    timeoutMs: 600_000,
  });
  if (result.code === 0) return undefined;
  return `Debian 13 could not be made from packages: ${result.stderr.trim().split('\n').slice(-2).join(' ')}`;
}
