/** What is not there: a repository, a place, a package, a revision, a store. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliSession, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';
import { createLookSession } from '../../../tests/support/look-session.ts';

let session: CliSession;

beforeAll(async () => {
  session = await createLookSession();
});

afterAll(() => session[Symbol.asyncDispose]());

describe('what is not there is told', () => {
  const none = {
    code: 10,
    error: 'REPOSITORY_NOT_FOUND',
    message: /public has no repository 'nope'$/,
    hint: /^It has other, tools\.$/,
  };
  const noChannel = {
    code: 1,
    error: 'PLACE_NOT_FOUND',
    message: /^repository 'tools' has no channel 'stabel'; it has testing, stable$/,
    hint: /Did you mean 'stable'\?/,
  };
  const noComponent = {
    code: 1,
    error: 'PLACE_NOT_FOUND',
    message: /has no component 'x'; it has main, extra$/,
    hint: /pakhus apply/,
  };
  const noPackage = {
    code: 1,
    error: 'PACKAGE_NOT_FOUND',
    message: /^tools has no package nope$/,
    hint: /`pakhus list tools`/,
  };
  const noRevision = {
    code: 1,
    error: 'REVISION_NOT_FOUND',
    message: /^tools has no revision 99$/,
    hint: /`pakhus log tools`/,
  };
  const aPlace = {
    code: 2,
    error: 'CLI_USAGE',
    message: /is a place; this command takes a whole repository$/,
    hint: /Name the repository alone: tools$/,
  };

  test.each<[line: string, wanted: typeof none]>([
    ['list nope', none],
    ['show nope hello', none],
    ['search x --in nope', none],
    ['status nope', none],
    ['log nope', none],
    ['diff nope', none],
    ['rollback nope', none],
    ['pin nope', none],
    ['unpin nope 1', none],
    ['client nope', none],
    ['verify nope', none],
    ['repair nope', none],
    ['apply nope', none],
    ['remove nope hello', none],
    ['promote nope nope/stable hello', none],
    ['list tools/stabel', noChannel],
    ['show tools/stabel hello', noChannel],
    ['search x --in tools/stabel', noChannel],
    ['client tools/stabel', noChannel],
    ['remove tools/stabel hello', noChannel],
    ['promote tools/stabel tools/stable hello', noChannel],
    ['promote tools/testing tools/stabel hello', noChannel],
    ['log tools/stabel', noChannel],
    ['diff tools/stabel', noChannel],
    ['show tools/stabel', noChannel],
    ['rollback tools/stabel', noChannel],
    ['list tools/stable/x', noComponent],
    ['show tools nope', noPackage],
    ['remove tools nope', noPackage],
    ['diff tools 99', noRevision],
    ['diff tools 1 99', noRevision],
    ['status tools/stable', aPlace],
    ['rollback tools/stable --to 99', noRevision],
    ['pin tools 99', noRevision],
    ['show tools@99', noRevision],
    ['list tools@99/stable', noRevision],
    ['pin tools/stable', aPlace],
    ['unpin tools/stable 1', aPlace],
    ['verify tools/stable', aPlace],
    ['repair tools/stable', aPlace],
    ['apply tools/stable', aPlace],
  ])('%s', async (line, { code, error, message, hint }) => {
    expect(await session.json(...line.split(' '))).toMatchObject({
      code,
      answer: undefined,
      error: {
        code: error,
        exitCode: code,
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      },
    });
  });

  test.each([
    ['log tools --since yesterday', "--since takes a date or an age, found 'yesterday'"],
    ['show tools@', "'' in 'tools@' is no revision"],
    ['show tools/stable@3 hello', "'tools/stable@3' is no place"],
    ['log tools --limit 0', "--limit takes a whole number from 1 on, found '0'"],
    ['client tools --as shell', "--as takes one of text, script, one-liner, replace, undo, found 'shell'"],
  ])('%s', async (line, message) => {
    expect(await session.json(...line.split(' '))).toMatchObject({ code: 2, error: { message } });
  });
});

test.each([
  'list',
  'status',
  'search x',
  'log deb',
  'verify',
  'repair',
  'doctor',
  'client deb',
  'remove deb x',
])('%s without a store ends with 10', async (line) => {
  await using empty = await createCliSession();
  expect(await empty.json(...line.split(' '))).toMatchObject({
    code: 10,
    error: { code: 'STORE_NOT_FOUND', message: `${empty.store}: there is no such folder` },
  });
  expect(await folderState(empty.cwd)).toEqual({});
});

test.each([
  ['list', 'No packages.'],
  ['search x', 'Nothing found.'],
  ['status', 'No repositories. `pakhus publish PATH --init` makes the first one.'],
  ['verify', 'Nothing was published yet.'],
  ['repair', 'Nothing was published yet.'],
  ['apply', 'pakhus.yaml has no repositories.'],
])('%s of an empty store', async (line, expected) => {
  await using empty = await createCliSession();
  await mkdir(empty.store);
  const { code, stdout } = await empty.run(...line.split(' '));
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${expected}\n` });
});

test('a repository that is not made yet does not keep the others from being seen', async () => {
  await using partly = await createCliSession();
  await partly.deb({ name: 'hello' });
  await partly.configure('repositories: { deb: { format: deb } }');
  await partly.run('init');
  await partly.configure('repositories: { deb: { format: deb }, later: { format: deb } }');
  await partly.run('publish', '.', '--to', 'deb');
  expect((await partly.json('list')).answer).toMatchObject({ packages: [{ name: 'hello' }] });
  expect((await partly.json('status')).answer).toMatchObject({
    repositories: [{ name: 'deb' }],
    empty: ['later'],
  });
  for (const line of ['verify', 'repair', 'search hello'])
    expect((await partly.run(...line.split(' '))).code).toBe(0);
  expect((await partly.json('list', 'later')).code).toBe(10);
});

test('a reader without keys sees everything', async () => {
  await rename(`${session.home}/.config`, `${session.home}/away`);
  try {
    expect((await session.run('list')).code).toBe(0);
    expect((await session.run('verify')).code).toBe(0);
    expect((await session.run('client', 'tools')).code).toBe(0);
  } finally {
    await rm(`${session.home}/.config`, { recursive: true, force: true });
    await rename(`${session.home}/away`, `${session.home}/.config`);
  }
});
