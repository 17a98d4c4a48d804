import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AptClient } from './apt-client.ts';
import { renderAptConfig, renderAssumedStatus } from './apt-config.ts';
import { parseStanzas } from './deb822-file.ts';
import { type CommandResult, plainEnvironment } from './run-command.ts';

/**
 * A machine of its own for the real apt: sources, lists, cache, dpkg database and installed files below one scratch folder.
 *
 *     <scratch>/apt.conf                                     everything that apt is told; /etc/apt is not read
 *     <scratch>/etc/apt/sources.list.d/tested.sources        the sources of the test
 *     <scratch>/var/lib/apt/lists   <scratch>/var/cache/apt  what apt fetches
 *     <scratch>/var/lib/dpkg                                 what is installed; the packages' files lie beside it
 *
 * Recommends are not installed. Dates are checked, no signature problem is tolerated, and any failed download fails the command (apt alone would warn).
 */
export interface AptRoot extends AsyncDisposable {
  readonly client: AptClient;
  /** The scratch folder as the machine sees it. */
  readonly path: string;
  /** The scratch folder as the client sees it. */
  readonly inside: string;
  /** `apt-get update`. */
  update(): Promise<CommandResult>;
  /** `apt-get install`, with a real dpkg behind it. `name=version` picks a version. */
  install(...names: readonly string[]): Promise<CommandResult>;
  /** `apt-get upgrade`. */
  upgrade(): Promise<CommandResult>;
  /** `apt-cache policy NAME`, read. */
  policy(name: string): Promise<Policy>;
  /** Any program of the client, with this root's configuration. */
  run(...argv: readonly [string, ...string[]]): Promise<CommandResult>;
  /** Packages that dpkg has installed, by name. */
  installed(): Promise<ReadonlyMap<string, string>>;
  /** Replaces the sources. */
  setSources(sources: string): Promise<void>;
}

/** What apt makes of a package: versions are undefined where apt says `(none)`. */
export interface Policy {
  readonly installed: string | undefined;
  readonly candidate: string | undefined;
  /** Newest first. */
  readonly versions: readonly string[];
}

/** What a scratch root starts with. */
export interface AptRootOptions {
  /** Text of a sources.list(5) in deb822 form. */
  readonly sources: string;
  /** The native architecture, whatever the machine is. Default `amd64`. */
  readonly architecture?: string;
  /** Architectures that apt fetches indexes for; the native one is always among them. */
  readonly foreignArchitectures?: readonly string[];
  /** Packages that count as installed, name to version: dependencies that the tested repository does not carry. */
  readonly assumeInstalled?: Readonly<Record<string, string>>;
  /** Puts the client's `/bin/sh` into the scratch root, so that maintainer scripts run (chroot: needs root). */
  readonly withShell?: boolean;
  /** Folders of the machine that `file:` sources point to. */
  readonly expose?: readonly string[];
  /** Further apt.conf(5) lines; they win. */
  readonly config?: string;
  /** Default: a plain one. */
  readonly env?: Readonly<Record<string, string>>;
}

const FOLDERS = [
  'etc/apt/sources.list.d',
  'etc/apt/preferences.d',
  'etc/apt/trusted.gpg.d',
  'var/cache/apt/archives/partial',
  'var/lib/apt/lists/partial',
  'var/lib/dpkg/info',
  'var/lib/dpkg/triggers',
  'var/lib/dpkg/updates',
  'var/log/apt',
  'tmp',
];

/** Makes a scratch root for a client. It is removed when it is disposed of. */
export async function createAptRoot(client: AptClient, options: AptRootOptions): Promise<AptRoot> {
  const parent = client.root === '' ? tmpdir() : join(client.root, 'scratch');
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, 'pakhus-apt-'));
  const inside = path.slice(client.root.length);
  for (const folder of FOLDERS) await mkdir(join(path, folder), { recursive: true });
  await writeFile(join(path, 'var/lib/dpkg/status'), renderAssumedStatus(options));
  for (const name of Object.keys(options.assumeInstalled ?? {})) {
    await writeFile(join(path, `var/lib/dpkg/info/${name}.list`), '/.\n');
  }
  await writeFile(join(path, 'apt.conf'), renderAptConfig(inside, options));
  if (options.withShell === true) await copyShell(client, path);

  const setSources: AptRoot['setSources'] = (sources) =>
    writeFile(join(path, 'etc/apt/sources.list.d/tested.sources'), sources);
  await setSources(options.sources);

  const env = {
    ...(options.env ?? plainEnvironment()),
    APT_CONFIG: `${inside}/apt.conf`,
    DEBIAN_FRONTEND: 'noninteractive',
    TMPDIR: `${inside}/tmp`,
  };
  const expose = options.expose ?? [];
  const run: AptRoot['run'] = (...argv) => client.run(argv, { env, expose, cwd: '/' });
  return {
    client,
    path,
    inside,
    run,
    setSources,
    update: () => run('apt-get', 'update'),
    install: (...names) => run('apt-get', 'install', '-y', '--allow-downgrades', ...names),
    upgrade: () => run('apt-get', 'upgrade', '-y'),
    policy: async (name) => parsePolicy((await run('apt-cache', 'policy', name)).stdout),
    installed: async () => installedIn(await readFile(join(path, 'var/lib/dpkg/status'), 'utf8')),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** `/bin/sh` and the libraries that it loads, at the paths where the loader looks for them. */
async function copyShell(client: AptClient, path: string): Promise<void> {
  const linked = await client.run(['ldd', '/bin/sh']);
  const files = [...linked.stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
  for (const file of ['/bin/sh', ...files]) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await copyFile(join(client.root, file), join(path, file));
  }
}

function parsePolicy(text: string): Policy {
  const version = (label: string): string | undefined => {
    const value = new RegExp(`^ {2}${label}: (.*)$`, 'm').exec(text)?.[1];
    return value === '(none)' ? undefined : value;
  };
  const versions = [...text.matchAll(/^ (?: {4}|\*{3} )(\S+) \d+$/gm)].map((match) => match[1] ?? '');
  return { installed: version('Installed'), candidate: version('Candidate'), versions };
}

function installedIn(status: string): ReadonlyMap<string, string> {
  return new Map(
    parseStanzas(status)
      .filter((stanza) => stanza.get('Status') === 'install ok installed')
      .map((stanza) => [stanza.get('Package') ?? '', stanza.get('Version') ?? '']),
  );
}
