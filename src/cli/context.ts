/** What a command has at hand: everything from outside comes through here, so that tests can hand in all of it. */
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { Clock } from '../core/clock.ts';
import type { Ask, InputStream } from './ask.ts';
import type { Reporter } from './reporter.ts';

/** Options that every command takes. */
export interface GlobalFlags {
  readonly json: boolean;
  readonly debug: boolean;
  readonly noColor: boolean;
  /** Only true for commands that change something. */
  readonly dryRun: boolean;
  readonly store: string | undefined;
  readonly config: string | undefined;
  readonly singleWriter: boolean;
}

/** Handed to every command. */
export interface CliContext {
  readonly flags: GlobalFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
  /** Opened when it is looked at: only by commands that read it. */
  readonly stdin: InputStream;
  /** Asks yes or no; undefined where nobody can answer (no terminal, `--json`). */
  readonly ask: Ask | undefined;
  /** The configuration, read at the first call. Errors: CONFIG_INVALID, CONFIG_NOT_FOUND. */
  config(): Promise<ResolvedConfig>;
}
