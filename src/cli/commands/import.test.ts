import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import {
  type ForeignSuite,
  foreignSigner,
  giveForeignKey,
  writeForeignSuite,
} from '../../../tests/support/foreign-repository.ts';
import { createStaticServer } from '../../../tests/support/http-server.ts';
import { openStorage } from '../../storage/open-storage.ts';

const HELLO = { name: 'hello', architecture: 'all' };

/** A session with a repository of another program in a folder. */
async function sessionWith(
  suite: ForeignSuite = { packages: [HELLO] },
  { folder = 'srv', path = '' }: { readonly folder?: string; readonly path?: string } = {},
): Promise<CliSession> {
  const session = await createCliSession();
  const store = await openStorage(join(session.cwd, folder), { create: true });
  await writeForeignSuite({ store, folder: session.home, clock: session.clock }, suite, path);
  await giveForeignKey({ folder: session.home });
  return session;
}

test('a folder becomes the store, and pakhus.yaml says so', async () => {
  await using session = await sessionWith();
  const { code, stdout } = await session.run('import', 'srv', '--to', 'tools');
  expect(code).toBe(0);
  expect(stdout.replaceAll(session.cwd, '/project').replaceAll(session.home, '/home')).toMatch(
    /^Took over 1 package, \d+ B, as tools, revision 1\.\n {2}bookworm: 1 package; main; amd64 arm64\nAt {6}\/project\/srv\n/,
  );
  const yaml = await readFile(join(session.cwd, 'pakhus.yaml'), 'utf8');
  expect(yaml).toContain('store: ./srv\n');
  expect(yaml).toContain('\n  tools:\n    format: deb\n    path: .\n');
  expect((await session.run('apply', '--dry-run')).stdout).toBe('tools is as pakhus.yaml says.\n');
  await session.deb({ name: 'fresh' });
  await session.run('publish', 'fresh_1.0_amd64.deb', '--to', 'tools');
  expect(existsSync(join(session.cwd, 'srv/pool/main/f/fresh/fresh_1.0_amd64.deb'))).toBe(true);
});

test('a folder in the store becomes a repository beside others', async () => {
  await using session = await sessionWith(undefined, { folder: 'public', path: 'tools' });
  expect((await session.run('import', './public/tools')).stdout).toContain('as tools, revision 1.');
  expect(await readFile(join(session.cwd, 'pakhus.yaml'), 'utf8')).not.toContain('path:');
});

test('again, it says that it is done', async () => {
  await using session = await sessionWith();
  await session.run('import', 'srv', '--to', 'tools');
  expect(await session.run('import', 'srv', '--to', 'tools')).toMatchObject({
    code: 0,
    stdout: 'tools is a repository of pakhus already: revision 1, 1 package.\n',
  });
});

test('--json says all of it', async () => {
  await using session = await sessionWith({ packages: [HELLO, { name: 'gone', isMissing: true }] });
  expect(await session.json('import', 'srv', '--to', 'tools', '--keep-going')).toMatchObject({
    code: 3,
    answer: {
      ...{ repository: 'tools', outcome: 'imported', rev: 1, packages: 1, dryRun: false, from: null },
      channels: [{ name: 'bookworm', components: ['main'], architectures: ['amd64', 'arm64'], packages: 1 }],
      bad: [{ where: 'pool/main/g/gone/gone_1.0_amd64.deb', problem: 'it is missing' }],
    },
  });
});

test('what clients lose is named before anything changes', async () => {
  await using session = await sessionWith({
    packages: [HELLO],
    others: { 'main/source/Sources': 'Package: hello\n', 'main/Contents-amd64': 'x' },
  });
  const { code, stderr } = await session.run('import', 'srv', '--to', 'tools');
  expect({ code, said: complaintsIn(stderr) }).toEqual({
    code: 1,
    said: [
      'Error: tools: clients would lose what pakhus does not keep (IMPORT_REFUSED)',
      '  bookworm: source packages: main/source/Sources',
      '  The files stay, but apt will not find them any more. Say --yes to go on without them.',
    ].join('\n'),
  });
  expect(existsSync(join(session.cwd, 'srv/.pakhus/tools'))).toBe(false);
  expect((await session.run('import', 'srv', '--to', 'tools', '--dry-run')).stdout).toContain(
    'It needs --yes.',
  );
  expect((await session.run('import', 'srv', '--to', 'tools', '--yes')).stdout).toContain(
    'bookworm: lists of files (apt-file): main/Contents-amd64',
  );
});

test.each([
  ['outside of the store', ['store: ./public'], ['srv', '--to', 'tools'], /does not lie in the store/],
  [
    'nobody knows where it lies',
    ['store: ./srv'],
    ['srv', '--to', 'tools'],
    /does not say where 'tools' lies[\s\S]*path: \./,
  ],
  [
    'it lies elsewhere',
    ['store: ./srv', 'repositories: { tools: { format: deb } }'],
    ['srv', '--to', 'tools'],
    /says that 'tools' lies at 'tools' of the store, not at '\.'/,
  ],
])('%s', async (_name, config, args, message) => {
  await using session = await sessionWith();
  await session.configure(...config);
  const { code, stderr } = await session.run('import', ...args);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
});

test('a pakhus.yaml that says something else is told what to say', async () => {
  await using session = await sessionWith();
  await session.configure('store: ./srv', 'repositories: { tools: { format: deb, path: ., keep: 3 } }');
  const { stdout } = await session.run('import', 'srv', '--to', 'tools');
  const yaml = stdout.slice(stdout.indexOf('repositories:'), stdout.indexOf('Let the web server'));
  expect(yaml).toContain('    channels: {bookworm: {suite: stable}}\n');
  await session.configure('store: ./srv', yaml.trimEnd());
  expect((await session.run('apply', '--dry-run')).stdout).toBe('tools is as pakhus.yaml says.\n');
});

test('from a URL, with the keys that are believed', async () => {
  await using session = await sessionWith();
  await using server = await createStaticServer(join(session.cwd, 'srv'));
  const copy = ['import', `${server.url}/`, '--to', 'copy', '--suite', 'bookworm'] as const;
  expect((await session.run(...copy)).stderr).toContain(
    '--keyring FILE with the keys to believe, or --unsigned',
  );
  await writeFile(join(session.cwd, 'keys.asc'), (await foreignSigner()).publicArmored);
  const { code, stdout } = await session.run(...copy, '--keyring', 'keys.asc');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('as copy, revision 1.') });
  expect(existsSync(join(session.store, 'copy/pool/main/h/hello/hello_1.0_all.deb'))).toBe(true);
});
