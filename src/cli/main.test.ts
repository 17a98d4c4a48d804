import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runMain } from '../../tests/support/run-main.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { COMMAND_PARENTS, COMMANDS } from './command-table.ts';

describe('exit codes and messages of the command line itself', () => {
  test.each<[argv: string[], code: number, message: string, hint: string]>([
    [['cnofig'], 2, "unknown command 'cnofig'", 'Did you mean config?'],
    [['config', 'shwo'], 2, "unknown command 'shwo'", 'Did you mean show?'],
    [['xyzzy'], 2, "unknown command 'xyzzy'", 'Run pakhus --help.'],
    [['config', 'show', '--orign'], 2, "unknown option '--orign'", 'Did you mean --origin?'],
    [['config', 'show', '--zzz'], 2, "unknown option '--zzz'", 'Run pakhus config show --help.'],
    [
      ['config', 'show', '--store'],
      2,
      "option '--store <folder>' argument missing",
      'Run pakhus config show --help.',
    ],
    [
      ['config', 'show', '--store', '-x'],
      2,
      "--store begins with '-'",
      'Write ./-x for a folder of that name.',
    ],
    [
      ['config', 'show', 'x'],
      2,
      "too many arguments for 'show'. Expected 0 arguments but got 1: x.",
      'Run pakhus config show --help.',
    ],
    [
      ['config', 'show', '--config', 'none.yaml'],
      2,
      '/nowhere/none.yaml: no such file',
      'It was named by --config or PAKHUS_CONFIG. pakhus init writes one.',
    ],
    [[], 2, 'a command is missing', 'Run pakhus --help for all commands.'],
  ])('%j', async (argv, code, message, hint) => {
    const json = await runMain(['--json', ...argv]);
    expect(json.code).toBe(code);
    expect(json.stdout).toBe('');
    const lines = json.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'error', exitCode: code, message, hint });

    const human = await runMain(argv);
    expect(human.code).toBe(code);
    if (argv.length > 0) expect(human.stderr).toMatch(`Error: ${message}`);
    if (argv.length > 0) expect(human.stderr.trimEnd().split('\n').at(-1)).toBe(`  ${hint}`);
  });
});

test('help lists every command with one line, in groups', async () => {
  const { code, stdout, stderr } = await runMain(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  const listed = COMMANDS.filter(({ name }) => !name.includes(' ')).map(({ name, summary }) => [
    name,
    summary,
  ]);
  for (const [name = '', summary = ''] of [...listed, ...Object.entries(COMMAND_PARENTS)]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
  }
  for (const { group } of COMMANDS) expect(stdout).toContain(`\n${group}:\n`);
});

test.each([[['help', 'config', 'show']], [['config', 'show', '--help']]])(
  '%j tells what the command takes',
  async (argv) => {
    const { code, stdout } = await runMain(argv);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: pakhus config show [options]');
    expect(stdout).toContain('--origin');
    expect(stdout).toContain('--json');
  },
);

test('no command at all shows the help on stderr', async () => {
  const { code, stdout, stderr } = await runMain([]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Usage: pakhus <command> [options]');
});

test.each([[['--version']], [['-V']]])('%j', async (argv) => {
  expect(await runMain(argv)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
});

describe('config show', () => {
  test('with where each value comes from', async () => {
    await using dir = await createTempDir('cli');
    await mkdir(join(dir.path, 'sub'));
    await writeFile(
      join(dir.path, 'pakhus.yaml'),
      'url: https://a.example\nrepositories:\n  tools: { format: deb, keep: 3 }\n',
    );
    const { code, stdout } = await runMain(['config', 'show', '--origin'], {
      cwd: join(dir.path, 'sub'),
      env: { PAKHUS_STORE: '/srv/repo' },
    });
    expect(code).toBe(0);
    expect(stdout.replaceAll(dir.path, '@')).toBe(`# @/pakhus.yaml
store: /srv/repo  # PAKHUS_STORE
state: (not set)  # built in
url: https://a.example  # @/pakhus.yaml:1
keys: /nohome/.config/pakhus/keys  # built in
repositories.tools:  # @/pakhus.yaml:3
  path: tools
  format: deb
  channels: [{"name":"stable","options":{}}]
  components: ["main"]
  architectures: []
  keep: 3
  pages: true
signers: (none)  # built in
ledger: (none)  # built in
proposers: (none)  # built in
purge: (not set)  # built in
pages: true  # built in
products: (none)  # built in
`);
  });

  test('as JSON: one object, whatever the place of --json', async () => {
    for (const argv of [
      ['--json', 'config', 'show'],
      ['config', '--json', 'show'],
      ['config', 'show', '--json'],
    ]) {
      const { code, stdout, stderr } = await runMain([...argv, '--store', './x']);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({
        files: [],
        settings: expect.arrayContaining([
          { key: 'store', value: '/nowhere/x', origin: { source: 'flag', name: '--store' } },
        ]),
      });
    }
  });

  test('a mistake in the file is told with its line, and exit code 2', async () => {
    await using dir = await createTempDir('cli');
    await writeFile(join(dir.path, 'pakhus.yaml'), 'stroe: x\nurl: y\n');
    expect(await runMain(['config', 'show'], { cwd: dir.path })).toEqual({
      code: 2,
      stdout: '',
      stderr: `Error: ${dir.path}/pakhus.yaml:1:1: unknown key 'stroe'; did you mean 'store'? (CONFIG_INVALID)
  ${dir.path}/pakhus.yaml:2:6: url: must be a URL that begins with https://, http:// or file://
  See pakhus config schema for every key.
`,
    });
  });
});

test('config schema prints a JSON Schema', async () => {
  const { code, stdout } = await runMain(['config', 'schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ type: 'object', properties: { store: { type: 'string' } } });
});

describe('colour', () => {
  test.each<
    [name: string, env: Record<string, string>, argv: string[], terminal: boolean, coloured: boolean]
  >([
    ['a terminal', {}, [], true, true],
    ['a pipe', {}, [], false, false],
    ['NO_COLOR', { NO_COLOR: '1' }, [], true, false],
    ['TERM=dumb', { TERM: 'dumb' }, [], true, false],
    ['--no-color', {}, ['--no-color'], true, false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, [], false, true],
    ['--no-color before FORCE_COLOR', { FORCE_COLOR: '1' }, ['--no-color'], true, false],
    ['--json', {}, ['--json'], true, false],
  ])('%s', async (_name, env, argv, isTTY, coloured) => {
    const { stdout, stderr } = await runMain(['config', 'show', ...argv], { env, isTTY });
    expect(stdout.includes('\x1b[')).toBe(coloured);
    const failed = await runMain(['cnofig', ...argv], { env, isTTY });
    expect(failed.stderr.includes('\x1b[31m')).toBe(coloured);
    expect(stderr).toBe('');
  });
});

describe('a reader that goes away', () => {
  test('ends quietly', async () => {
    const { code, stderr } = await runMain(['config', 'schema'], { stdoutError: 'EPIPE' });
    expect([code, stderr]).toEqual([0, '']);
  });
  test('a full disk behind stdout does not', async () => {
    const { code, stderr } = await runMain(['config', 'schema', '--json'], { stdoutError: 'ENOSPC' });
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'CLI_OUTPUT', exitCode: 1 });
  });
});
