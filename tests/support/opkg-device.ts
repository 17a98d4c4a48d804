/** The files of a device with OpenWrt, below a scratch folder, and opkg on it: the real one where it is installed. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, plainEnvironment, runCommand, succeeded } from './run-command.ts';
import { createTempDir } from './temp.ts';

/** What came with the device. */
export const DIST_FEEDS = 'src/gz dist_base https://downloads.example.org/base\n';
/** What its owner wrote. */
export const CUSTOM_FEEDS = '# my own\nsrc/gz other https://other.example.org/feed\n';

export interface OpkgDevice extends AsyncDisposable {
  readonly root: string;
  /** Runs lines of a shell, in which /etc is the device's, and `opkg` its own. */
  sh(text: string): Promise<CommandResult>;
  /** A file below the root; undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder below the root. */
  list(path: string): Promise<readonly string[]>;
}

/** What runs lines of a shell. `busybox`: as on a device, with its own sed, mv, cp and so on. */
export type DeviceShell = 'dash' | 'busybox';

/** @param options `real`: opkg is run; else it is only called for. */
export async function createOpkgDevice(options: {
  readonly architecture: string;
  readonly real: boolean;
  readonly shell?: DeviceShell;
}): Promise<OpkgDevice> {
  const { architecture, real, shell = 'dash' } = options;
  const dir = await createTempDir('device');
  const root = join(dir.path, 'root');
  const at = (path: string): string => join(root, path);
  for (const folder of ['etc/opkg/keys', 'tmp', 'usr/lib/opkg', 'var/lock', 'var/opkg-lists'])
    await mkdir(at(folder), { recursive: true });
  const opkgKey = join(dir.path, 'opkg-key');
  const conf = [
    ...['dest root /', 'dest ram /tmp', 'lists_dir ext /var/opkg-lists', 'option check_signature'],
    ...[`option verify_program ${opkgKey}`, 'arch all 1', 'arch noarch 1', `arch ${architecture} 10`],
  ];
  await writeFile(at('etc/opkg.conf'), `${conf.join('\n')}\n`);
  await writeFile(at('etc/openwrt_release'), `DISTRIB_ID='OpenWrt'\nDISTRIB_ARCH='${architecture}'\n`);
  if (!real) {
    await writeFile(at('etc/opkg/distfeeds.conf'), DIST_FEEDS);
    await writeFile(at('etc/opkg/customfeeds.conf'), CUSTOM_FEEDS);
  }
  await writeFile(opkgKey, verifyProgram(at('etc/opkg/keys'), dir.path));
  await chmod(opkgKey, 0o755);
  const applets = join(dir.path, 'applets');
  await mkdir(applets);
  if (shell === 'busybox') succeeded(await runCommand(['busybox', '--install', '-s', applets]));
  const opkg = real ? `command opkg -f ${at('etc/opkg.conf')} -o ${root} "$@"` : 'echo "opkg $*"';
  const argv: readonly [string, string] = [shell === 'busybox' ? join(applets, 'ash') : 'dash', '-c'];
  const env = shell === 'busybox' ? { PATH: applets } : plainEnvironment();
  return {
    root,
    sh: (text) =>
      runCommand([...argv, `opkg() { ${opkg}; }\n${text.replaceAll('/etc/', `${root}/etc/`)}`], {
        env,
        cwd: dir.path,
      }),
    read: async (path) => readFile(at(path), 'utf8').catch(absent),
    list: async (path) => (await readdir(at(path)).catch(absent)) ?? [],
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
}

/** What opkg calls to check a signature: `opkg-key verify SIGNATURE LIST`, as OpenWrt's own script does it with usign. */
function verifyProgram(keys: string, temp: string): string {
  return `#!/bin/sh
zcat "$3" > ${temp}/list 2>/dev/null || cat "$3" > ${temp}/list
for key in ${keys}/*; do
  signify-openbsd -V -q -p "$key" -x "$2" -m ${temp}/list 2>/dev/null && exit 0
done
exit 1
`;
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
