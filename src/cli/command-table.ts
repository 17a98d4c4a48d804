/** All commands, in the order of `--help`. A line here and a file under `commands/` is all that a command needs. */
import type { Command } from './command.ts';

/** Headings of `--help`. */
export type CommandGroup = 'Publish' | 'Look' | 'Check and mend' | 'Keys and clients' | 'Settings';

/** What is known of a command without loading it. */
export interface CommandEntry {
  /** One word, or two: `config show`. */
  readonly name: string;
  readonly group: CommandGroup;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Loads its module: only for the command that runs. */
  load(): Promise<Command>;
}

/** The table. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'config show',
    group: 'Settings',
    summary: 'The configuration in force, and where each value comes from',
    load: async () => (await import('./commands/config-show.ts')).configShow,
  },
  {
    name: 'config schema',
    group: 'Settings',
    summary: 'The JSON Schema of pakhus.yaml, for editors',
    load: async () => (await import('./commands/config-schema.ts')).configSchema,
  },
];

/** The first words of commands of two words, as `--help` lists them. */
export const COMMAND_PARENTS: Readonly<Record<string, string>> = {
  config: 'Look at the configuration',
};
