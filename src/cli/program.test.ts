import { describe, expect, test } from 'vitest';
import { type Command, defineCommand } from './command.ts';
import type { CommandEntry } from './command-table.ts';
import {
  argument,
  choiceOption,
  countOption,
  flag,
  listOption,
  manyArguments,
  optionalArgument,
  textOption,
} from './inputs.ts';
import { createPalette } from './palette.ts';
import { createProgram, type Invocation } from './program.ts';

const sample: Command = defineCommand({
  inputs: {
    place: argument('where'),
    names: manyArguments('packages'),
    to: textOption('place', 'where to'),
    keepGoing: flag('go on'),
    only: listOption('name', 'only these'),
    last: countOption('n', 'how many'),
    form: choiceOption(['short', 'long'], 'which form'),
  },
  changes: true,
  examples: [['pakhus sample a b', 'does it']],
  run: async (_context, inputs) => inputs,
  render: () => [],
});

const optional: Command = defineCommand({
  inputs: { one: optionalArgument('maybe one'), rest: manyArguments('maybe more', { none: true }) },
  run: async (_context, inputs) => inputs,
  render: () => [],
});

interface Parsed {
  readonly invocation: Invocation | undefined;
  readonly loaded: readonly string[];
  readonly out: string;
}

async function parse(...argv: string[]): Promise<Parsed> {
  const loaded: string[] = [];
  let out = '';
  let invocation: Invocation | undefined;
  const entry = (name: string, command: Command): CommandEntry => ({
    name,
    group: 'Look',
    summary: `About ${name}`,
    load: async () => {
      loaded.push(name);
      return command;
    },
  });
  const program = createProgram({
    commands: [entry('sample', sample), entry('two words', optional), entry('two others', sample)],
    parents: { two: 'Two words' },
    version: '1.2.3',
    palette: createPalette(false),
    columns: 80,
    writeOut: (text) => {
      out += text;
    },
    writeErr: () => {},
    run: async (found) => {
      invocation = found;
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof Error && 'exitCode' in error && error.exitCode === 0)) throw error;
  }
  return { invocation, loaded, out };
}

test('only the command that was typed is loaded', async () => {
  expect((await parse('two', 'words')).loaded).toEqual(['two words']);
  expect((await parse('--help')).loaded).toEqual([]);
  expect((await parse('two', '--help')).loaded).toEqual([]);
  expect((await parse('sample', '--help')).loaded).toEqual(['sample']);
});

test('arguments and options by name', async () => {
  const { invocation } = await parse(
    ...[
      'sample',
      'tools/stable',
      '--only',
      'a',
      'x',
      '--keep-going',
      'y',
      '--only=b',
      '--last',
      '3',
      '--form',
      'long',
      '--to',
      'p',
    ],
  );
  expect(Object.fromEntries(invocation?.raw ?? [])).toEqual({
    place: 'tools/stable',
    names: ['x', 'y'],
    to: 'p',
    keepGoing: true,
    only: ['a', 'b'],
    last: '3',
    form: 'long',
  });
});

test('what is left out', async () => {
  const { invocation } = await parse('two', 'words');
  expect(Object.fromEntries(invocation?.raw ?? [])).toEqual({ one: undefined, rest: [] });
});

test('after -- everything is an argument', async () => {
  const { invocation } = await parse('sample', 'a', '--', '--json', '-x');
  expect(invocation?.raw.get('names')).toEqual(['--json', '-x']);
  expect(invocation?.flags.json).toBe(false);
});

describe('options of every command stand anywhere', () => {
  test.each([
    [['--json', '--store', 's', 'sample', 'a', 'b', '--dry-run']],
    [['sample', '--json', 'a', '--store=s', 'b', '--dry-run']],
    [['sample', '--dry-run', 'a', 'b', '--store', 's', '--json']],
  ])('%j', async (argv) => {
    const { invocation } = await parse(...argv);
    expect(invocation?.flags).toEqual({
      json: true,
      singleWriter: false,
      debug: false,
      noColor: false,
      dryRun: true,
      store: 's',
      config: undefined,
    });
    expect(invocation?.raw.get('names')).toEqual(['b']);
  });
});

test('a command that changes nothing knows no --dry-run', async () => {
  await expect(parse('two', 'words', '--dry-run')).rejects.toMatchObject({ code: 'commander.unknownOption' });
});

test('the help of a command', async () => {
  expect((await parse('sample', '--help')).out).toBe(`Usage: pakhus sample [options] <place> <names...>

About sample.

Arguments:
  place                where
  names                packages

Options:
  --to <place>         where to
  --keep-going         go on
  --only <name>        only these
  --last <n>           how many
  --form <short|long>  which form
  --dry-run            show what would be done, change nothing
  -h, --help           show help; also: pakhus help <command>

Global Options:
  -V, --version        print the version
  --store <folder>     the store (default: from pakhus.yaml, else ./public)
  --config <file>      default: pakhus.yaml, here or further up
  --single-writer      no other host writes: for a store on a network or FUSE
                       file system
  --json               one JSON object on stdout, JSON lines on stderr
  --no-color           no colours
  --debug              say where an error comes from

Examples:
  pakhus sample a b
      does it
`);
});
