/** The machine's own apt as judge of the demo: it updates, installs, upgrades, and what it installed is run. */

import { arrayOf, field, text } from '../src/core/shape.ts';
import { type AptRoot, createAptRoot } from '../tests/support/apt.ts';
import { createMachineClient } from '../tests/support/apt-client.ts';
import { createStaticServer } from '../tests/support/http-server.ts';
import { type CommandResult, runCommand } from '../tests/support/run-command.ts';

/** What is to be checked. */
export interface AptCheck {
  /** bin/pakhus */
  readonly launcher: string;
  /** Folder of the store. */
  readonly store: string;
  say(line: string): void;
}

/** Undefined when all went well; else what did not. */
export async function checkWithApt({ launcher, store, say }: AptCheck): Promise<string | undefined> {
  const missing = await findMissing();
  if (missing.length > 0) {
    return `${missing.join(', ')} not found. This check needs Debian, Ubuntu or a kin of theirs; the repository itself is fine.`;
  }
  const client = await createMachineClient();
  const architecture = (await client.run(['dpkg', '--print-architecture'])).stdout.trim();
  await using server = await createStaticServer(store);
  const sources = await readSources(launcher, { store, url: server.url });
  if (sources === undefined) return 'pakhus client gave no .sources file';
  await using root = await createAptRoot(client, { sources, architecture });
  say(`  ${client.name}, from ${server.url}`);

  const steps: readonly (readonly [about: string, run: () => Promise<CommandResult>])[] = [
    ['apt-get update', () => root.update()],
    ['apt-get install hello-pakhus=1.0', () => root.install('hello-pakhus=1.0')],
    ['hello-pakhus', () => runInstalled(root, 'hello-pakhus')],
    ['apt-get upgrade', () => root.upgrade()],
    ['hello-pakhus da', () => runInstalled(root, 'hello-pakhus', 'da')],
    ...(['amd64', 'arm64'].includes(architecture)
      ? ([
          ['apt-get install machine-pakhus', () => root.install('machine-pakhus')],
          ['machine-pakhus', () => runInstalled(root, 'machine-pakhus')],
        ] as const)
      : []),
  ];
  for (const [about, run] of steps) {
    const { code, stdout, stderr } = await run();
    if (code !== 0) return `${about} ended with ${code}\n${stdout}${stderr}`;
    say(`  ok  ${about.startsWith('apt-get') ? about : `${about.padEnd(34)}${stdout.trim()}`}`);
  }
  const version = (await root.installed()).get('hello-pakhus');
  return version === '1.1' ? undefined : `hello-pakhus is ${version} after the upgrade, expected 1.1`;
}

async function findMissing(): Promise<string[]> {
  const names = ['apt-get', 'apt-cache', 'dpkg', 'gpgv'];
  const there = await Promise.all(
    names.map(async (name) => (await runCommand(['sh', '-c', `command -v ${name}`])).code === 0),
  );
  return names.filter((_name, index) => !there[index]);
}

/** The .sources file of `pakhus client`, as a colleague would get it who reaches the store at `url`. */
async function readSources(
  launcher: string,
  { store, url }: { readonly store: string; readonly url: string },
): Promise<string | undefined> {
  const argv = [process.execPath, launcher, 'client', 'deb/stable', '--store', store, '--json'] as const;
  const { stdout } = await runCommand([...argv], { env: { ...inherited(), PAKHUS_URL: url } });
  const readFile = (file: unknown) => ({
    path: field(file, 'path', text),
    content: field(file, 'content', text),
  });
  const files = field(JSON.parse(stdout), 'files', arrayOf(readFile));
  return files.find(({ path }) => path.endsWith('.sources'))?.content;
}

function runInstalled(root: AptRoot, program: string, ...args: string[]): Promise<CommandResult> {
  return runCommand([`${root.path}/usr/bin/${program}`, ...args]);
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
