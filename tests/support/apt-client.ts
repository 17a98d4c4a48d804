import { readFile } from 'node:fs/promises';
import {
  type CommandOptions,
  type CommandResult,
  outputOf,
  plainEnvironment,
  runCommand,
} from './run-command.ts';

/**
 * A Debian whose apt and dpkg the tests may run: the machine's own, or another release below a folder (`trixie.ts`).
 */
export interface AptClient {
  /** Release, apt and verifier with their versions: `Debian 12: apt 2.6.2, gpgv 2.2.40`. */
  readonly name: string;
  /** The folder that is `/` for this client, without a slash at the end; empty for the machine. */
  readonly root: string;
  /** Runs a program of this client. Paths in `argv` and `env` are below `root`. */
  run(argv: readonly [string, ...string[]], options?: ClientRunOptions): Promise<CommandResult>;
}

/** What a program of a client starts with. */
export interface ClientRunOptions extends CommandOptions {
  /** Folders of the machine that the client sees under the same path (for `file:` sources). */
  readonly expose?: readonly string[];
}

/** The apt and dpkg that this machine runs on. */
export async function createMachineClient(): Promise<AptClient> {
  const run: AptClient['run'] = (argv, options) => runCommand(argv, options);
  return { name: await describeClient(run, ''), root: '', run };
}

/** A client's name from what its programs say of themselves. The verifier is `sqv` where apt has it, else `gpgv`. */
export async function describeClient(run: AptClient['run'], root: string): Promise<string> {
  const release = await readFile(`${root}/etc/os-release`, 'utf8');
  const value = (key: string): string => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(release)?.[1] ?? '';
  const apt = /^apt (\S+)/.exec((await run(['apt-get', '--version'])).stdout)?.[1] ?? 'unknown';
  return `${/^\w+/.exec(value('PRETTY_NAME'))?.[0] ?? 'unknown'} ${value('VERSION_ID')}: apt ${apt}, ${await verifier(run)}`;
}

async function verifier(run: AptClient['run']): Promise<string> {
  const sqv = await run(['sh', '-c', 'test -x /usr/lib/apt/methods/sqv && sqv --version']);
  if (sqv.code === 0) return `sqv ${/^sqv (\S+)/.exec(sqv.stdout)?.[1] ?? 'unknown'}`;
  return `gpgv ${/(\d\S+)$/m.exec((await run(['gpgv', '--version'])).stdout)?.[1] ?? 'unknown'}`;
}

/** The machine's settings for reaching package servers: proxies, time-outs, date checks. Lines for an apt.conf(5). */
export async function machineAcquireSettings(): Promise<string> {
  const dump = await outputOf(['apt-config', 'dump']);
  const lines = dump.split('\n').filter((line) => /^Acquire::(http|https|Check-|Retries|ForceIP)/.test(line));
  return [
    ...lines,
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
  ].join('\n');
}

/** {@link plainEnvironment} with the machine's proxies, for commands that fetch from its package servers. */
export function fetchEnvironment(): Record<string, string> {
  const proxies = Object.entries(process.env).flatMap(([name, value]) =>
    /^(https?|no|all)_proxy$/i.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  return { ...plainEnvironment(), ...Object.fromEntries(proxies) };
}
