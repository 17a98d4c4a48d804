/** The tree of commands as commander knows it. Reading it loads no command: the one that was typed is loaded when it is found. */
import { Argument, Command as CommanderCommand, Option } from 'commander';
import { type Command, kebabCase } from './command.ts';
import type { CommandEntry } from './command-table.ts';
import type { GlobalFlags } from './context.ts';
import type { Palette } from './palette.ts';

/** What was typed, understood. */
export interface Invocation {
  /** `config show` */
  readonly name: string;
  readonly command: Command;
  readonly flags: GlobalFlags;
  /** For `Command.execute`. */
  readonly raw: ReadonlyMap<string, unknown>;
}

/** Where the program writes help, and what it does with a command. */
export interface ProgramOptions {
  /** In the order of the help. */
  readonly commands: readonly CommandEntry[];
  /** Summaries of the first words of commands of two words. */
  readonly parents: Readonly<Record<string, string>>;
  readonly version: string;
  /** For help that was asked for. */
  readonly palette: Palette;
  readonly columns: number;
  writeOut(text: string): void;
  writeErr(text: string): void;
  run(invocation: Invocation): Promise<void>;
}

/** A commander program; it throws `CommanderError` for usage errors and after help. */
export function createProgram(options: ProgramOptions): CommanderCommand {
  const { palette } = options;
  const program = new CommanderCommand('pakhus')
    .description('Turns a folder of OS packages into signed repositories that package managers install from.')
    .usage('<command> [options]')
    .version(options.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help; also: pakhus help <command>')
    .helpCommand(false)
    .optionsGroup('Global Options:')
    .option('--store <folder>', 'the store (default: from pakhus.yaml, else ./public)')
    .option('--config <file>', 'default: pakhus.yaml, here or further up')
    .option('--single-writer', 'no other host writes: for a store on a network or FUSE file system')
    .option('--json', 'one JSON object on stdout, JSON lines on stderr')
    .option('--no-color', 'no colours')
    .option('--debug', 'say where an error comes from')
    .exitOverride()
    .configureOutput({
      writeOut: options.writeOut,
      writeErr: options.writeErr,
      outputError: () => {},
      getOutHelpWidth: () => options.columns,
      getErrHelpWidth: () => options.columns,
    })
    .configureHelp({ showGlobalOptions: true, styleTitle: palette.strong, styleCommandText: palette.code })
    .addHelpText('after', `\nFirst time: ${palette.code('pakhus publish FOLDER --init')}`);

  const entries = new Map<CommanderCommand, CommandEntry>();
  const load: LoadHook = async (_parent, sub) => {
    const entry = entries.get(sub);
    if (entry === undefined) return;
    const command = await entry.load();
    declare(sub, { entry, command });
    sub.action(() =>
      options.run({ name: entry.name, command, flags: readFlags(sub), raw: rawValues(sub, command) }),
    );
  };
  program.hook('preSubcommand', load);
  for (const entry of options.commands) {
    const [first = '', second] = entry.name.split(' ');
    const parent =
      second === undefined
        ? program
        : findParent(program, { name: first, entry, load, parents: options.parents });
    const sub = parent.command(second ?? first).summary(entry.summary);
    if (second === undefined) sub.helpGroup(`${entry.group}:`);
    entries.set(sub, entry);
  }
  return program;
}

interface ParentOptions {
  readonly name: string;
  readonly entry: CommandEntry;
  readonly load: LoadHook;
  readonly parents: Readonly<Record<string, string>>;
}

/** The first of two words; made when it comes up for the first time. */
function findParent(
  program: CommanderCommand,
  { name, entry, load, parents }: ParentOptions,
): CommanderCommand {
  const found = program.commands.find((each) => each.name() === name);
  if (found !== undefined) return found;
  const summary = parents[name];
  if (summary === undefined) throw new Error(`there is no summary for '${name}'`);
  return program
    .command(name)
    .summary(summary)
    .description(`${summary}.`)
    .helpGroup(`${entry.group}:`)
    .helpCommand(false)
    .hook('preSubcommand', load);
}

type LoadHook = (parent: CommanderCommand, sub: CommanderCommand) => Promise<void>;

function declare(
  sub: CommanderCommand,
  { entry, command }: { readonly entry: CommandEntry; readonly command: Command },
): void {
  const paragraphs = [
    `${entry.summary}.`,
    ...(command.description === undefined ? [] : [command.description]),
  ];
  sub.description(paragraphs.join('\n\n'));
  for (const [name, input] of Object.entries(command.inputs)) {
    if (input.kind === 'argument') {
      sub.addArgument(new Argument(input.declare(kebabCase(name)), input.about));
      continue;
    }
    const option = new Option(input.declare(kebabCase(name)), input.about);
    if (input.repeats)
      option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    sub.addOption(option);
  }
  if (command.changes) sub.option('--dry-run', 'show what would be done, change nothing');
  if (command.examples.length > 0) {
    const lines = command.examples.map(([line, about]) => `  ${line}\n      ${about}`);
    sub.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  }
}

function rawValues(sub: CommanderCommand, command: Command): ReadonlyMap<string, unknown> {
  const own: Record<string, unknown> = sub.opts();
  let position = 0;
  return new Map(
    Object.entries(command.inputs).map(([name, input]) => [
      name,
      input.kind === 'argument' ? sub.processedArgs[position++] : own[name],
    ]),
  );
}

function readFlags(sub: CommanderCommand): GlobalFlags {
  const values: Record<string, unknown> = sub.optsWithGlobals();
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    json: values['json'] === true,
    debug: values['debug'] === true,
    noColor: values['color'] === false,
    dryRun: values['dryRun'] === true,
    store: text('store'),
    config: text('config'),
    singleWriter: values['singleWriter'] === true,
  };
}
