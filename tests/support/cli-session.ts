import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../src/core/clock.ts';
import { impatientClock } from './impatient-clock.ts';
import { type QuickDeb, quickDeb } from './quick-deb.ts';
import { type MainResult, type RunMainOptions, runMain } from './run-main.ts';
import { createTempDir } from './temp.ts';

/** Somebody at a command line, inside the test's own process, with an empty home and a working folder. Nobody has to wait, and
 * nothing that is published is read back through its URL. */
export interface CliSession extends AsyncDisposable {
  readonly cwd: string;
  readonly home: string;
  /** The store where nothing else is said: `public` in the working folder. */
  readonly store: string;
  readonly clock: Clock;
  /** Runs `pakhus ARGS`. */
  run(...args: readonly string[]): Promise<MainResult>;
  /** The same with more of {@link RunMainOptions}, `env` on top of the session's. */
  runWith(options: RunMainOptions, ...args: readonly string[]): Promise<MainResult>;
  /** Runs `pakhus ARGS --json`: its answer, or its error, and the exit code. */
  json(...args: readonly string[]): Promise<JsonResult>;
  /** Makes a package in the working folder and gives its file name. */
  deb(spec: QuickDeb, folder?: string): Promise<string>;
  /** Writes pakhus.yaml. */
  configure(...lines: readonly string[]): Promise<void>;
}

export interface JsonResult {
  readonly code: number;
  /** From stdout; undefined where there is none. */
  readonly answer: unknown;
  /** The last line of stderr where it is an error. */
  readonly error: unknown;
}

/** Errors and warnings with their hints. Progress is left out: a slow machine sees some of it. */
export function complaintsIn(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => /^(Error:|Warning:| {2})/.test(line))
    .join('\n');
}

/** Whom `pakhus log` names. */
export const AUTHOR = 'ann@desk';

export async function createCliSession(env: Readonly<Record<string, string>> = {}): Promise<CliSession> {
  const dir = await createTempDir('session');
  const [home, cwd] = [join(dir.path, 'home'), join(dir.path, 'project')];
  await Promise.all([mkdir(home), mkdir(cwd)]);
  const clock = impatientClock();
  const runWith: CliSession['runWith'] = (options, ...args) =>
    runMain(args, {
      cwd,
      clock,
      ...options,
      env: {
        HOME: home,
        PATH: process.env['PATH'] ?? '',
        PAKHUS_AUTHOR: AUTHOR,
        PAKHUS_NO_READ_BACK: '1',
        ...env,
        ...options.env,
      },
    });
  return {
    cwd,
    home,
    store: join(cwd, 'public'),
    clock,
    runWith,
    run: (...args) => runWith({}, ...args),
    json: async (...args) => {
      const { code, stdout, stderr } = await runWith({}, ...args, '--json');
      const last = stderr.trimEnd().split('\n').at(-1) ?? '';
      return {
        code,
        answer: stdout === '' ? undefined : JSON.parse(stdout),
        error: last.includes('"type":"error"') ? JSON.parse(last) : undefined,
      };
    },
    deb: async (spec, folder = '.') => {
      const path = await quickDeb(join(cwd, folder), spec);
      return path.slice(cwd.length + 1);
    },
    configure: (...lines) => writeFile(join(cwd, 'pakhus.yaml'), `${lines.join('\n')}\n`),
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
}
