/**
 * Plays a guide: its commands in one shell, its files in their places, its client blocks with the real apt.
 *
 * ```
 * <temp>/srv/…        what the guide calls /srv/…; commands are told the one, and what they print is read as the other
 * <temp>/etc/…        files that the guide names with /etc/…
 * <temp>/home/anna    the home, empty at first
 * <temp>/shims/ssh    stands for ssh: keeps the script, which then runs on every client
 * ```
 */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AptRoot, createAptRoot } from '../support/apt.ts';
import type { AptClient } from '../support/apt-client.ts';
import { plainEnvironment, succeeded } from '../support/run-command.ts';
import { createTempDir } from '../support/temp.ts';
import { findDifference } from './compare-output.ts';
import { type Block, stepsOf } from './guide.ts';
import { startShell } from './shell-session.ts';
import { startWebServer, type WebServer } from './web-server.ts';

/** Plays one guide. */
export interface GuidePlayer extends AsyncDisposable {
  /** Fails when a command fails, or prints something else than the guide shows. */
  play(block: Block): Promise<void>;
  /** The server that the guide's `nginx` block made. */
  readonly server: WebServer | undefined;
  /** Where the guide's paths begin. */
  readonly root: string;
}

const BIN = fileURLToPath(new URL('../../bin', import.meta.url));
const SSH = `#!/bin/sh
[ "$*" = "root@client sh" ] || { echo "no such machine: $*" >&2; exit 255; }
exec cat > "$SSH_SCRIPTS/$(date +%s%N)"
`;

/** A machine on which client blocks are played. */
export interface GuideMachine {
  /** Runs commands of root; gives what they print. Fails when one of them fails. */
  run(commands: string): Promise<string>;
}

/** What a guide needs besides its own web server. */
export interface GuideSetting {
  /** Further variables of the shell. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the home. */
  readonly home?: Readonly<Record<string, string>>;
  /** Clients have it for their proxy, and pakhus too; the guide itself makes none. */
  readonly server?: WebServer;
  /** What is printed, as the guide would have it. */
  readonly asShown?: (printed: string) => string;
  /** Machines other than those with apt. */
  readonly machines?: readonly GuideMachine[];
}

/** `clients`: where client blocks are played, each of them in full; none: they are left out. */
export async function createGuidePlayer(
  clients: readonly AptClient[],
  setting: GuideSetting = {},
): Promise<GuidePlayer> {
  const stack = new AsyncDisposableStack();
  const temp = stack.use(await createTempDir('guide'));
  const root = temp.path;
  const inTemp = (name: string): string => join(root, name);
  const home = inTemp('home/anna');
  const scripts = inTemp('scripts');
  for (const folder of [home, scripts, inTemp('shims'), inTemp('tmp'), inTemp('srv')])
    await mkdir(folder, { recursive: true });
  await writeFile(inTemp('shims/ssh'), SSH);
  await chmod(inTemp('shims/ssh'), 0o755);
  const plain = plainEnvironment();
  const env = {
    ...plain,
    PATH: `${inTemp('shims')}:${BIN}:${plain['PATH']}`,
    HOME: home,
    TMPDIR: inTemp('tmp'),
    SSH_SCRIPTS: scripts,
    PAKHUS_AUTHOR: 'anna@build',
    ...(setting.server && proxyAt(setting.server)),
    ...setting.env,
  };
  for (const [name, text] of Object.entries(setting.home ?? {})) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  }
  const { asShown = (printed: string) => printed } = setting;
  const shell = stack.use(startShell({ folder: inTemp('tmp'), cwd: home, env }));
  const toTemp = (text: string): string => text.replaceAll(/(?<=^|[\s='"])\/srv\//gm, `${root}/srv/`);
  const onMachine = async (commands: string): Promise<string> =>
    asShown((await shell.run(toTemp(commands))).replaceAll(root, ''));

  let { server } = setting;
  let machines: readonly GuideMachine[] | undefined = setting.machines;
  const onClients = async (commands: string): Promise<readonly string[]> => {
    machines ??= (await setUp(clients, { server, stack })).map((machine) => ({
      run: (text) => runOn(machine, text),
    }));
    return Promise.all(machines.map((machine) => machine.run(commands)));
  };
  const runScripts = async (): Promise<void> => {
    for (const name of (await readdir(scripts)).sort()) {
      await onClients(await readFile(join(scripts, name), 'utf8'));
      await rm(join(scripts, name));
    }
  };
  const writeFileOf = async ({ path, language, text }: Extract<Block, { kind: 'file' }>): Promise<void> => {
    const cwd = (await shell.run('pwd')).trim();
    const file = path.startsWith('/') ? inTemp(path) : resolve(cwd, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${toTemp(text)}\n`);
    if (language !== 'nginx') return;
    server = stack.use(await startWebServer(toTemp(text), root));
    const variables = Object.entries(proxyAt(server)).map(([name, value]) => `${name}=${value}`);
    await shell.run(`export ${variables.join(' ')}`);
  };

  return {
    root,
    get server() {
      return server;
    },
    play: async (block) => {
      if (block.kind === 'file') return writeFileOf(block);
      const run = block.where === 'client' ? onClients : async (text: string) => [await onMachine(text)];
      if (block.kind === 'sh') await run(block.text);
      else for (const step of stepsOf(block.text)) checkOutput(step, await run(step.command));
      await runScripts();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** pakhus reaches the guide's address as clients do; what runs on this machine is asked itself. */
function proxyAt({ port }: WebServer): Readonly<Record<string, string>> {
  return { NODE_USE_ENV_PROXY: '1', http_proxy: `http://127.0.0.1:${port}`, no_proxy: '127.0.0.1' };
}

function checkOutput(
  { command, expected }: { readonly command: string; readonly expected: readonly string[] },
  outputs: readonly string[],
): void {
  for (const output of outputs) {
    const difference = findDifference(expected, output.split('\n'));
    if (difference !== undefined) throw new Error(`$ ${command}\n${difference}`);
  }
}

/** Scratch roots that have the guide's server for their proxy. */
async function setUp(
  clients: readonly AptClient[],
  { server, stack }: { readonly server: WebServer | undefined; readonly stack: AsyncDisposableStack },
): Promise<readonly AptRoot[]> {
  if (server === undefined) throw new Error('the guide has clients before it has a web server');
  const config = `Acquire::http::Proxy "http://127.0.0.1:${server.port}";\nAPT::Get::Assume-Yes "true";`;
  const machines = await Promise.all(clients.map((client) => createAptRoot(client, { sources: '', config })));
  for (const machine of machines) stack.use(machine);
  return machines;
}

/** Commands of root, on a machine whose apt and programs are below its scratch folder. */
async function runOn(machine: AptRoot, commands: string): Promise<string> {
  const { inside } = machine;
  const text = commands.replaceAll('/etc/apt', `${inside}/etc/apt`);
  const result = await machine.run('sh', '-ec', `PATH="${inside}/usr/bin:$PATH"\n${text}`);
  return succeeded(result).stdout;
}
