import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** What an error carries besides its message. */
export interface ErrorContext {
  /** What to do next: a command to run, or the setting to change. */
  readonly hint?: string;
  /** Facts for scripts: the path, key or URL, expected and found. No secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error that a user can cause. A bug stays a plain `Error`. */
export class PakhusError extends Error {
  override readonly name = 'PakhusError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  /** @param message What failed, with the path, key or URL, and why: expected and found. */
  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.hint = context.hint;
    this.details = context.details ?? {};
  }

  /** The exit code of a command that ends with this error. */
  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }
}

/** True when `error` is a {@link PakhusError} with one of `codes`. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is PakhusError {
  return error instanceof PakhusError && codes.includes(error.code);
}
