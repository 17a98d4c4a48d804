import { PakhusError } from '../core/pakhus-error.ts';
import type { SecretSource } from './key-environment.ts';
import { readKeyFile } from './key-file.ts';
import type { KeyLint } from './key-lint.ts';
import { runCommand } from './run-command.ts';

/** What a command for a secret runs with. */
export interface ReadSecretOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** A secret, where it came from, and what its owner should know about that place. */
export interface ReadSecret {
  readonly text: string;
  /** For messages: the variable, and the path where there is one. */
  readonly origin: string;
  readonly lints: readonly KeyLint[];
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

/**
 * Fetches a secret. For a passphrase, pass the result through {@link firstLine}.
 * @throws KEY_NOT_FOUND, KEY_INVALID for files as `readKeyFile` does; KEY_PASSPHRASE when a command fails.
 */
export async function readSecret(source: SecretSource, options: ReadSecretOptions): Promise<ReadSecret> {
  switch (source.kind) {
    case 'text':
      return { text: source.text, origin: source.origin, lints: [] };
    case 'file': {
      const { content, lints } = await readKeyFile(source.path);
      return { text: content, origin: `${source.path} (${source.origin})`, lints };
    }
    case 'command':
      return { text: await fromCommand(source, options), origin: source.origin, lints: [] };
  }
}

/** A passphrase: the first line, without its line end. */
export function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0] ?? '';
}

async function fromCommand(
  { command, origin }: { readonly command: readonly [string, ...string[]]; readonly origin: string },
  { env, signal }: ReadSecretOptions,
): Promise<string> {
  const outcome = await runCommand(command, {
    env,
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
  });
  if ('output' in outcome) return outcome.output.toString('utf8');
  throw new PakhusError('KEY_PASSPHRASE', `The command of ${origin} gave no passphrase: ${outcome.failure}`, {
    hint: 'Run it by hand; it has to print the passphrase and nothing else.',
    details: { origin, program: command[0] },
  });
}
