/**
 * The command line.
 *
 * ```
 *  bin/pakhus ─▶ main(argv, env, streams)
 *                  │
 *                  ├─ program.ts    commander: finds the command in command-table.ts, loads commands/<name>.ts, and nothing else
 *                  │      │
 *                  │      ▼
 *                  │   Command.execute(context, inputs) ──talk──▶ reporter.ts ─▶ stderr   progress, notes, warnings
 *                  │      │                                                               (--json: NDJSON)
 *                  │      ▼
 *                  ├─ Outcome { data, render, exitCode } ────────▶ output.ts ──▶ stdout   render(data), or data as one JSON object
 *                  └─ whatever was thrown ─▶ error-report.ts ────▶ output.ts ──▶ stderr   what, why, what next; last line
 * ```
 *
 * To add a command: write `commands/<name>.ts`, which exports a `Command` made by `defineCommand`, and give it a line in
 * `command-table.ts`. Its inputs, `--help`, `--json`, `--dry-run`, errors and exit code follow from these two.
 */
import { homedir } from 'node:os';
import { CommanderError } from 'commander';
import { type Clock, systemClock } from '../core/clock.ts';
import { ERROR_CODES } from '../core/error-codes.ts';
import { hasCode } from '../core/pakhus-error.ts';
import type { InputStream } from './ask.ts';
import { COMMAND_PARENTS, COMMANDS } from './command-table.ts';
import { createContext } from './create-context.ts';
import { errorJson, errorLines, reportError } from './error-report.ts';
import { type Interrupt, listenForInterrupt, type SignalSource } from './interrupt.ts';
import { createOutput, type Output, type OutputStream } from './output.ts';
import { createPalette, type Palette, wantsColour } from './palette.ts';
import { createProgram, type Invocation } from './program.ts';
import { readVersion } from './read-version.ts';
import { jsonPieces } from './to-json.ts';
import { isHelpInstead, toUsageError } from './usage-error.ts';

/** Everything from outside. */
export interface MainOptions {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** Asked for only by what reads it, since opening it changes it. */
  stdin(): InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly signals: SignalSource;
  /** Ends the process: after the second Ctrl-C. */
  exitNow(code: number): void;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** The streams as this command line wants them. */
interface Session {
  readonly options: MainOptions;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly outPalette: Palette;
  readonly errPalette: Palette;
  readonly interrupt: Interrupt;
  readonly json: boolean;
  readonly debug: boolean;
}

/** Runs one command line; gives the exit code. Never throws. */
export async function main(options: MainOptions): Promise<number> {
  const session = openSession(options);
  try {
    return await runCommandLine(session);
  } catch (error) {
    return await showError(error, session);
  } finally {
    session.interrupt.release();
  }
}

function openSession(options: MainOptions): Session {
  const { env } = options;
  // Errors in the command line itself must already have the wanted form, so these are looked for before it is parsed.
  const words = options.argv.slice(0, options.argv.includes('--') ? options.argv.indexOf('--') : undefined);
  const json = words.includes('--json');
  const noColor = words.includes('--no-color') || json;
  const stdout = createOutput('stdout', options.stdout);
  const stderr = createOutput('stderr', options.stderr);
  const errPalette = createPalette(wantsColour({ isTerminal: stderr.isTerminal, env, noColor }));
  const say = (line: string) => {
    if (!json) stderr.raw(`${line}\n`);
  };
  const interrupt = listenForInterrupt({
    signals: options.signals,
    now: Date.now,
    onFirst: () => say('\nStopping at the next safe point. Ctrl-C again stops at once.'),
    onSecond: () => {
      say('');
      options.exitNow(ERROR_CODES.CLI_INTERRUPTED.exit);
    },
  });
  const outPalette = createPalette(wantsColour({ isTerminal: stdout.isTerminal, env, noColor }));
  return {
    options,
    stdout,
    stderr,
    outPalette,
    errPalette,
    interrupt,
    json,
    debug: words.includes('--debug'),
  };
}

async function runCommandLine(session: Session): Promise<number> {
  const { options, stdout, stderr } = session;
  let exitCode = 0;
  const program = createProgram({
    commands: COMMANDS,
    parents: COMMAND_PARENTS,
    version: await readVersion(),
    palette: session.outPalette,
    columns: stdout.columns(),
    writeOut: stdout.raw,
    writeErr: session.json ? () => {} : stderr.raw,
    run: async (invocation) => {
      exitCode = await runCommand(invocation, session);
    },
  });
  try {
    await program.parseAsync(helpLast(options.argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (isHelpInstead(error) && !session.json) return ERROR_CODES.CLI_USAGE.exit;
    const usageError = toUsageError(error, options.argv);
    if (usageError !== undefined) throw usageError;
  }
  return exitCode;
}

async function runCommand(invocation: Invocation, session: Session): Promise<number> {
  const { options, stdout, stderr, outPalette, errPalette } = session;
  const context = createContext({
    ...options,
    flags: invocation.flags,
    command: invocation.name,
    home: options.env['HOME'] || homedir(),
    clock: options.clock ?? systemClock(),
    signal: session.interrupt.signal,
    output: stderr,
    palette: errPalette,
  });
  try {
    const outcome = await invocation.command.execute(context, invocation.raw);
    context.reporter.close();
    const view = { palette: outPalette, columns: stdout.columns(), nowMs: context.clock.now() };
    await (session.json ? stdout.line(jsonPieces(outcome.data)) : stdout.lines(outcome.render(view)));
    return outcome.exitCode;
  } finally {
    context.reporter.close();
  }
}

async function showError(
  error: unknown,
  { stderr, errPalette, interrupt, json, debug }: Session,
): Promise<number> {
  const report = reportError(error, { debug, signal: interrupt.signal });
  try {
    await stderr.lines(json ? [errorJson(report)] : errorLines(report, errPalette));
  } catch (problem) {
    // There is nowhere left to say it; the exit code still does.
    if (!hasCode(problem, 'CLI_OUTPUT')) throw problem;
  }
  return report.exitCode;
}

/** `help config show` is `config show --help`, which loads the command that it tells about. */
function helpLast(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
}
