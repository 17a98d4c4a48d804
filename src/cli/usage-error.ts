/** What commander says about a command line, as an error of ours. */
import type { CommanderError } from 'commander';
import { PakhusError } from '../core/pakhus-error.ts';
import { COMMANDS } from './command-table.ts';

/** True when commander answered a missing command with its help, on stderr. */
export function isHelpInstead(error: CommanderError): boolean {
  return error.code === 'commander.help' && error.exitCode !== 0;
}

/** Undefined: nothing is wrong, help or the version was asked for. */
export function toUsageError(error: CommanderError, argv: readonly string[]): PakhusError | undefined {
  if (error.exitCode === 0) return undefined;
  if (error.code === 'commander.help') {
    return new PakhusError('CLI_USAGE', 'a command is missing', {
      hint: 'Run pakhus --help for all commands.',
    });
  }
  const [, message = error.message, suggestion] =
    /^(?:error: )?([\s\S]*?)(?:\n\(Did you mean ([\s\S]*?)\?\))?$/.exec(error.message) ?? [];
  const hint =
    suggestion === undefined
      ? `Run pakhus ${helpFor(error, argv)}--help.`
      : `Did you mean ${suggestion.replace(/^one of /, '')}?`;
  return new PakhusError('CLI_USAGE', message, { hint });
}

/** The command that was typed, where there is one. */
function helpFor(error: CommanderError, argv: readonly string[]): string {
  if (error.code === 'commander.unknownCommand') return '';
  const words = argv.filter((word) => !word.startsWith('-'));
  const typed = [words.slice(0, 2).join(' '), words[0]].find((name) =>
    COMMANDS.some((entry) => entry.name === name),
  );
  return typed === undefined ? '' : `${typed} `;
}
