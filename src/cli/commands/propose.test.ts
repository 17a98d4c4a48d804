/** Proposing and committing: --propose-only, wait, commit, and what status says of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';

let session: CliSession;
const AS_CI = ['--propose-only', '--as', 'ci'];
const TESTING = ['--to', 'tools/testing'];

beforeAll(async () => {
  session = await createCliSession();
  await session.configure(
    'repositories: { tools: { format: deb, channels: [stable, testing] } }',
    'proposers:',
    '  ci: { actions: [add, remove, promote, rollback], to: [tools/testing] }',
    '  ops: { actions: [settings], to: [tools] }',
  );
  await session.run('init');
  await session.run('publish', await session.deb({ name: 'hello' }));
  await session.deb({ name: 'new' }, 'new');
});

afterAll(() => session[Symbol.asyncDispose]());

/** What a command prints, with `ID` for ids; it has to end well. */
async function text(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await session.run(...args);
  expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
  return stdout.trimEnd().replaceAll(/[0-9a-z]{26}\b/g, 'ID');
}

/** Runs a command that proposes; gives the proposal. */
async function proposed(...args: readonly string[]): Promise<string> {
  const { answer } = await session.json(...args);
  const { proposal, published, repositories } = z
    .object({
      proposal: z.string().optional(),
      published: z.array(z.object({ proposal: z.string() })).optional(),
      repositories: z.array(z.object({ proposal: z.string() })).optional(),
    })
    .parse(answer);
  const found = proposal ?? published?.[0]?.proposal ?? repositories?.[0]?.proposal;
  if (found === undefined) throw new Error('nothing was proposed');
  return found;
}

describe('--propose-only', () => {
  test('publishes nothing, and says how to go on', async () => {
    expect(await text('publish', 'new', ...TESTING, ...AS_CI)).toBe(
      [
        '  Package  Version  Architecture   Size',
        '  new      1.0      amd64         654 B',
        'Proposed 1 package for tools/testing/main: ci/ID',
        'Outcome  pakhus wait ci/ID',
      ].join('\n'),
    );
    expect(await text('list', 'tools/testing')).toBe('No packages.');
    expect(await text('status')).toMatch(
      / {2}1 proposal not committed yet; `pakhus commit tools` takes it\n {4}ci\/ID {2}\d+ s ago {2}publish new 1\.0 to testing\/main\n/,
    );
    expect(await text('commit', '--dry-run')).toBe(
      'tools: would take ci/ID: publish new 1.0 to testing/main\nNothing was changed.',
    );
    expect(await text('commit')).toBe(
      'tools: revision 3 by ann@desk: publish new 1.0 to testing/main (proposed by ci)',
    );
    expect(await text('list', 'tools/testing')).toMatch(/^new {2}/m);
    expect(await text('commit', 'tools')).toBe('tools: nothing to commit, clients see revision 3.');
  });

  test('is for whatever changes something', async () => {
    expect(await text('promote', 'tools/stable', 'tools/testing', 'hello', ...AS_CI)).toBe(
      '  hello 1.0 amd64\nProposed to promote 1 package to tools/testing/main: ci/ID\nOutcome  pakhus wait ci/ID',
    );
    expect(await text('remove', 'tools/testing', 'new', ...AS_CI)).toBe(
      '  new 1.0 amd64 from tools/testing/main\nProposed to remove 1 package: ci/ID\nOutcome  pakhus wait ci/ID',
    );
    expect(await text('commit')).toContain('2 changes: ');
    expect(await text('rollback', 'tools/testing', '--to', '3', ...AS_CI)).toMatch(
      /^Proposed to roll tools\/testing back to revision 3: ci\/ID$/m,
    );
    expect(await text('commit')).toContain('roll back testing to revision 3 (proposed by ci)');
    expect(await text('list', 'tools/testing')).toMatch(/^new {2}/m);
  });

  test('apply proposes settings, and nobody who signs, commits or proposes', async () => {
    await session.configure(
      'repositories: { tools: { format: deb, channels: [stable, testing], keep: 3 } }',
      'proposers: { ops: { actions: [settings, add], to: [tools] } }',
    );
    expect(await text('apply', 'tools', '--propose-only', '--as', 'ops')).toBe(
      '  keep: null -> 3\nProposed to change tools: ops/ID\nOutcome  pakhus wait ops/ID',
    );
    expect(await text('commit')).toContain('apply keep (proposed by ops)');
    expect((await session.run('apply', '--dry-run')).stdout).toMatch(/^ {2}proposers\.ci: \{.*\} -> null$/m);
  });

  test('takes the name from PAKHUS_PROPOSER; a committer needs none', async () => {
    const env = { PAKHUS_PROPOSER: 'ci' };
    const { stdout } = await session.runWith({ env }, 'remove', 'tools/testing', 'new', '--propose-only');
    expect(stdout).toContain('Proposed to remove 1 package: ci/');
    expect(await text('remove', 'tools/stable', 'hello', '--propose-only')).toContain(': ann@desk/ID');
    await text('commit');
    expect(await text('list', 'tools')).toBe('No packages.');
  });

  test.each([
    [['publish', 'new', '--as', 'ci'], 2, '--as says who proposes, and nothing is proposed'],
    [['publish', 'new', '--propose-only', '--init'], 2, 'a repository cannot be made by a proposal'],
    [
      ['publish', 'new', '--propose-only', '--as', '../ann@desk'],
      2,
      /^'\.\.\/ann@desk' is no name of a proposer/,
    ],
    [['publish', 'new', '--propose-only', '--as', 'eve'], 1, "'eve' is no proposer of tools"],
    [
      ['publish', 'new', ...AS_CI],
      1,
      "the proposer 'ci' may not change tools/stable/main, only tools/testing",
    ],
    [['commit', '--watch', '--dry-run'], 2, /leave out --dry-run$/],
    [['commit', '--every', '5s'], 2, '--every says how often to look, and nothing is watched'],
    [['commit', 'nope'], 10, /has no repository 'nope'$/],
  ])('%j is refused', async (args, code, message) => {
    expect(await session.json(...args)).toMatchObject({
      code,
      error: { message: typeof message === 'string' ? message : expect.stringMatching(message) },
    });
  });
});

test('commit leaves out what this machine may not commit to, and says so when that is all', async () => {
  await using other = await createCliSession();
  const store = ['--store', session.store];
  expect(await other.json('commit', ...store)).toMatchObject({ code: 4, error: { code: 'KEY_NOT_FOUND' } });
  await other.run('publish', await other.deb({ name: 'mine' }), '--init', '--to', 'mine', ...store);
  const { code, stdout, stderr } = await other.run('commit', ...store);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'mine: nothing to commit, clients see revision 1.\n' });
  expect(stderr).toContain('Not to be committed from here: tools');
});

describe('wait', () => {
  test('0 when it is published', async () => {
    const proposal = await proposed('publish', 'new', ...TESTING, ...AS_CI);
    expect(await session.json('wait', proposal, '--timeout', '1s')).toMatchObject({
      code: 3,
      answer: { proposal, repository: 'tools', outcome: 'open' },
    });
    await text('commit');
    expect(await text('wait', proposal)).toMatch(/^tools: ci\/ID is published, revision \d+\.$/);
    expect(await text('wait', proposal, 'tools')).toContain('is published');
  });

  test('1 when it is refused, with the reason, which the log has too', async () => {
    const builds = [
      await session.deb({ name: 'twice' }, 'a'),
      await session.deb({ name: 'twice', content: 'b' }, 'b'),
    ];
    const [, proposal = ''] = [
      await proposed('publish', builds[0] ?? '', ...TESTING, ...AS_CI),
      await proposed('publish', builds[1] ?? '', ...TESTING, ...AS_CI),
    ];
    await session.run('commit');
    const { code, stdout } = await session.run('wait', proposal);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^tools: ci\/\w+ was refused in revision \d+: twice 1\.0 amd64 is in testing\/main already/,
    );
    expect(await text('log', 'tools', '--limit', '1')).toMatch(/^ +ci\/ID +refused: twice 1\.0 amd64 is in/m);
  });

  test.each([
    [[`ci/${'0'.repeat(26)}`], 1, 'INTENT_NOT_FOUND'],
    [['ci'], 2, 'CLI_USAGE'],
    [[`ci/${'0'.repeat(26)}`, '--timeout', 'soon'], 2, 'CLI_USAGE'],
  ])('%j is an error', async (args, code, name) => {
    expect(await session.json('wait', ...args)).toMatchObject({ code, error: { code: name } });
  });
});
