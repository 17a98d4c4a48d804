/** An error in the form that people and programs get: from whatever was thrown to code, message, hint and exit code. */
import { ERROR_CODES, type ErrorCode } from '../core/error-codes.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Palette } from './palette.ts';
import { toJson } from './to-json.ts';

/** The last line on stderr with `--json`. Fields are only ever added. */
export interface ErrorReport {
  readonly type: 'error';
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** With `--debug`: where it was thrown, and what caused it. */
  readonly stack?: string;
}

/** How to look at an error. */
export interface ErrorReportOptions {
  readonly debug: boolean;
  /** Ctrl-C was pressed: an error that follows from it is told as an interruption. */
  readonly signal: AbortSignal;
}

/** Tells user errors, interruptions and bugs apart. */
export function reportError(error: unknown, { debug, signal }: ErrorReportOptions): ErrorReport {
  const stack = debug ? { stack: stackOf(error) } : {};
  if (signal.aborted && followsFrom(error, signal.reason) && !isPartlyDone(error)) {
    return {
      ...report('CLI_INTERRUPTED', 'Interrupted.'),
      hint: 'Nothing is lost: run the same command again.',
      ...stack,
    };
  }
  if (error instanceof PakhusError) {
    const { hint, details } = error;
    return {
      ...report(error.code, error.message),
      ...(hint === undefined ? {} : { hint }),
      ...(Object.keys(details).length === 0 ? {} : { details }),
      ...stack,
    };
  }
  return {
    ...report(
      'INTERNAL_ERROR',
      `This is a bug in pakhus: ${error instanceof Error ? error.message : String(error)}`,
    ),
    hint: debug
      ? 'Please report it with the command and the lines above.'
      : 'Please report it with what the same command prints with --debug.',
    ...stack,
  };
}

/** The human form: what failed, where it was thrown (with `--debug`), and last what to do next. */
export function errorLines(report: ErrorReport, palette: Palette): string[] {
  const [first = '', ...more] = report.message.split('\n');
  return [
    headline(report.code, { first, palette }),
    ...more.map((line) => `  ${line}`),
    ...(report.stack ?? '').split('\n').filter(Boolean).map(palette.faint),
    ...(report.hint ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => `  ${line}`),
  ];
}

function headline(
  code: ErrorCode,
  { first, palette }: { readonly first: string; readonly palette: Palette },
): string {
  if (code === 'CLI_INTERRUPTED') return palette.warning(first);
  const label = code === 'CLI_USAGE' ? '' : palette.faint(` (${code})`);
  return `${palette.bad('Error:')} ${first}${label}`;
}

/** The form for programs. */
export function errorJson(report: ErrorReport): string {
  return toJson(report);
}

function report(code: ErrorCode, message: string): ErrorReport {
  return { type: 'error', code, exitCode: ERROR_CODES[code].exit, message };
}

/** True when `reason` is the error or one of its causes, or when the platform's own abort error stands for it. */
function followsFrom(error: unknown, reason: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 20 && current instanceof Error; depth++) {
    if (current === reason || current.name === 'AbortError') return true;
    current = current.cause;
  }
  return false;
}

/** What was done before the interruption says more than the interruption. */
function isPartlyDone(error: unknown): boolean {
  return error instanceof PakhusError && error.exitCode === 3;
}

function stackOf(error: unknown): string {
  const parts: string[] = [];
  let current = error;
  for (let depth = 0; depth < 20 && current instanceof Error; depth++) {
    parts.push(
      depth === 0 ? (current.stack ?? current.message) : `caused by ${current.stack ?? current.message}`,
    );
    current = current.cause;
  }
  return parts.join('\n');
}
