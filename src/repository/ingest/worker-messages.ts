/** What the main thread and the workers say to each other. */
import { ERROR_CODES, type ErrorCode } from '../../core/error-codes.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Ingested } from './handle-request.ts';
import type { PackedPackages } from './held-packages.ts';
import type { InspectOptions } from './inspect-package.ts';
import type { RecognisedFile } from './inspected.ts';
import type { StoreTask } from './store-package.ts';

/** A store that a worker can open for itself, and the repository's folder in it. */
export interface TreeLocation {
  readonly store: string;
  readonly path: string;
}

export type Work =
  /** `options` are remembered: they come with the first request only. */
  | { readonly type: 'inspect'; readonly paths: readonly string[]; readonly options?: InspectOptions }
  | { readonly type: 'store'; readonly tasks: readonly StoreTask[]; readonly tree: TreeLocation };

export interface Request {
  readonly id: number;
  readonly work: Work;
}

/** What comes of an item: the next package or a file that is known (inspect), or a path (store). */
export type WorkResult = undefined | RecognisedFile | string;

/** One result per item, in their order. */
export type Outcome<T> = { readonly value: T } | { readonly error: WireError };

export interface Response {
  readonly id: number;
  readonly outcomes: readonly Outcome<WorkResult>[];
  /** Those that were inspected. */
  readonly packages: PackedPackages | undefined;
}

/** An error as it crosses between threads. */
export interface WireError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack: string | undefined;
}

/** Results of a worker as they cross. */
export function outcomesToWire<T>(outcomes: readonly Ingested<T>[]): readonly Outcome<T>[] {
  return outcomes.map((outcome) => ('error' in outcome ? { error: toWire(outcome.error) } : outcome));
}

function toWire(error: unknown): WireError {
  if (error instanceof PakhusError) {
    const { code, message, hint, details, stack } = error;
    return { code, message, hint, details, stack };
  }
  const [message, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined];
  return { code: undefined, message, hint: undefined, details: {}, stack };
}

export function fromWire(wire: WireError): Error {
  const error =
    wire.code !== undefined && wire.code in ERROR_CODES
      ? new PakhusError(wire.code, wire.message, {
          details: wire.details,
          ...(wire.hint !== undefined && { hint: wire.hint }),
        })
      : new Error(wire.message);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}
