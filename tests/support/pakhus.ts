import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, outputOf, plainEnvironment, runCommand } from './run-command.ts';
import { createTempDir } from './temp.ts';

/** The program under test, started as a user starts it, by someone with an empty home and no configuration. */
export interface Pakhus extends AsyncDisposable {
  /** The working folder of every run: the default store is `public` below it. */
  readonly cwd: string;
  readonly home: string;
  /** Runs `pakhus ARGS` to its end. */
  run(...args: readonly string[]): Promise<PakhusResult>;
  /** Runs `pakhus ARGS --json`; anything but exit 0 is an error that shows what was printed. */
  json(...args: readonly string[]): Promise<unknown>;
  /** For tests that run it under another program. */
  commandLine(...args: readonly string[]): readonly [string, ...string[]];
  options(): { readonly cwd: string; readonly env: Readonly<Record<string, string>> };
  /** Starts `pakhus ARGS` as a process group of its own, for tests that kill it. */
  spawn(...args: readonly string[]): ChildProcess;
}

/** How a run ended. */
export interface PakhusResult extends CommandResult {
  /** Standard output as JSON; undefined where it is none. */
  readonly json: unknown;
}

/** What the program runs with. */
export interface PakhusOptions {
  /** On top of an environment with nothing but `PATH`, the locale and the home. Read at each run. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The launcher of this working copy. */
export function pakhusBinary(): string {
  return fileURLToPath(new URL('../../bin/pakhus', import.meta.url));
}

/** Makes a home and a working folder for the program. Both go away when it is disposed of. */
export async function createPakhus(options: PakhusOptions = {}): Promise<Pakhus> {
  const dir = await createTempDir('cli');
  const home = join(dir.path, 'home');
  const cwd = join(dir.path, 'project');
  await Promise.all([mkdir(home), mkdir(cwd)]);
  const env = (): Record<string, string> => ({
    ...plainEnvironment(),
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    ...options.env,
  });
  return {
    cwd,
    home,
    run: async (...args) => {
      const result = await runCommand([pakhusBinary(), ...args], { cwd, env: env() });
      return { ...result, json: parsed(result.stdout) };
    },
    json: async (...args) => {
      const text = await outputOf([pakhusBinary(), ...args, '--json'], { cwd, env: env() });
      return JSON.parse(text);
    },
    commandLine: (...args) => [pakhusBinary(), ...args],
    options: () => ({ cwd, env: env() }),
    spawn: (...args) =>
      spawn(pakhusBinary(), args, { cwd, env: env(), detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
