/**
 * Runs a program as a process of its own and says what it took.
 *
 * Wall time is this process's clock, from the spawn to the exit. Processor time and memory are what the kernel tells
 * the parent in wait4(2), read by GNU time (the Debian package `time`): user and system time of the program and of all
 * descendants that it waited for, and the largest resident size of any one of them. Threads count with their process.
 */
import { type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program to run. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd?: string;
  /** The whole environment; default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where standard output goes; default: nowhere. */
  readonly stdout?: string;
}

/** What one run took. */
export interface Measurement {
  readonly wallSeconds: number;
  /** User and system; undefined where GNU time is not installed. */
  readonly cpuSeconds: number | undefined;
  /** 1 MiB = 1,048,576 bytes. */
  readonly peakMiB: number | undefined;
}

const GNU_TIME = '/usr/bin/time';
const SHOWN_OF_A_FAILURE = 2000;

/** Whether processor time and memory can be measured here. */
export function canMeasureResources(): boolean {
  return existsSync(GNU_TIME);
}

/** Runs `command` to its end. An exit code other than 0 is an error that shows what the program said. */
export async function measure(command: Command): Promise<Measurement> {
  const report = join(tmpdir(), `pakhus-bench-${process.pid}.time`);
  const prefix = canMeasureResources() ? [GNU_TIME, '-q', '-f', '%U %S %M', '-o', report] : [];
  const [program = '', ...args] = [...prefix, ...command.argv];
  const output = command.stdout === undefined ? undefined : await open(command.stdout, 'w');
  try {
    const stdio: StdioOptions = ['ignore', output?.fd ?? 'ignore', 'pipe'];
    const wallSeconds = await runTimed(program, args, { cwd: command.cwd, env: command.env, stdio });
    if (prefix.length === 0) return { wallSeconds, cpuSeconds: undefined, peakMiB: undefined };
    const [user, system, kibibytes] = (await readFile(report, 'utf8')).trim().split(' ').map(Number);
    return { wallSeconds, cpuSeconds: (user ?? 0) + (system ?? 0), peakMiB: (kibibytes ?? 0) / 1024 };
  } finally {
    await output?.close();
    await rm(report, { force: true });
  }
}

/** One after the other: times add up, the largest memory counts. */
export function inSequence(runs: readonly Measurement[]): Measurement {
  const sum = (values: readonly (number | undefined)[]): number | undefined =>
    values.reduce(
      (total, value) => (total === undefined || value === undefined ? undefined : total + value),
      0,
    );
  const peaks = runs.flatMap((run) => run.peakMiB ?? []);
  return {
    wallSeconds: sum(runs.map((run) => run.wallSeconds)) ?? 0,
    cpuSeconds: sum(runs.map((run) => run.cpuSeconds)),
    peakMiB: peaks.length > 0 ? Math.max(...peaks) : undefined,
  };
}

function runTimed(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd: string | undefined;
    readonly env: NodeJS.ProcessEnv | undefined;
    stdio: StdioOptions;
  },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(program, args, options);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SHOWN_OF_A_FAILURE);
    });
    child.once('error', reject);
    let wallSeconds = 0;
    child.once('exit', () => {
      wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve(wallSeconds);
      else
        reject(new Error(`${program} ${args.slice(0, 12).join(' ')} ended with ${code ?? signal}:\n${said}`));
    });
  });
}
