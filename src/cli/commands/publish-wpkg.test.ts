/** Packages of wpkg at the command line: which repository they go to, and what becomes of those that wpkg cannot read. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type CliSession, createCliSession } from '../../../tests/support/cli-session.ts';
import { writeIpks } from '../../../tests/support/opkg-kit.ts';
import { type QuickWpkg, writeWpkgs } from '../../../tests/support/wpkg-kit.ts';

const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../tests/fixtures/${path}`, import.meta.url));
const XZ = fixture('hostile/wpkg-xz-members.deb');

const write = (session: CliSession, ...specs: QuickWpkg[]) => writeWpkgs(join(session.cwd, 'dist'), specs);

/** Where packages went: repository and names. */
async function published(session: CliSession, ...args: readonly string[]): Promise<Record<string, string[]>> {
  const { answer, error, code } = await session.json('publish', ...args);
  expect([code, error]).toEqual([0, undefined]);
  const { published: all } = answer as {
    published: { repository: string; packages: { name: string }[] }[];
  };
  return Object.fromEntries(all.map((one) => [one.repository, one.packages.map(({ name }) => name).sort()]));
}

test('a folder with packages of four formats becomes four repositories', async () => {
  await using session = await createCliSession();
  await session.deb({ name: 'apt-tool' }, 'dist');
  await writeIpks(join(session.cwd, 'dist'), [{ name: 'router-tool' }]);
  await copyFile(fixture('pacman/x86_64/latch-1-1-x86_64.pkg.tar'), join(session.cwd, 'dist/latch.pkg.tar'));
  const ofWindows = { name: 'win-tool', architecture: 'win32' };
  await write(session, ofWindows, { name: 'shared', fields: ['Packager-Version: 1.0.2'] }, { name: 'plain' });
  expect(await published(session, 'dist', '--init')).toEqual({
    deb: ['apt-tool', 'plain'],
    opkg: ['router-tool'],
    pacman: ['latch'],
    wpkg: ['shared', 'win-tool'],
  });
  const { answer } = await session.json('publish', 'dist');
  expect(JSON.stringify(answer)).not.toContain('"added"');
  expect((await session.run('verify')).code).toBe(0);
});

test('what the bytes leave open is what the place says', async () => {
  await using session = await createCliSession();
  await write(session, { name: 'plain' });
  expect(await published(session, 'dist', '--to', 'wpkg', '--init')).toEqual({ wpkg: ['plain'] });
  expect(await published(session, 'dist', '--to', 'wpkg/stable')).toEqual({ wpkg: ['plain'] });
  expect(await published(session, 'dist', '--init')).toEqual({ deb: ['plain'] });
});

test('or the configuration, under whatever name', async () => {
  await using session = await createCliSession();
  await session.configure('repositories: { win: { format: wpkg } }');
  await write(session, { name: 'plain' });
  expect(await published(session, 'dist', '--init')).toEqual({ win: ['plain'] });
  await session.configure('repositories: { win: { format: wpkg }, tools: { format: deb } }');
  await write(session, { name: 'plain' }, { name: 'exe', architecture: 'win64' });
  expect(await published(session, 'dist', '--init')).toEqual({ tools: ['plain'], win: ['exe'] });
  await writeWpkgs(join(session.cwd, 'more'), [{ name: 'linux-exe', architecture: 'linux-amd64' }]);
  expect(await published(session, 'more', '--to', 'tools')).toEqual({ tools: ['linux-exe'] });
});

test('its own are taken although dpkg would not read them', async () => {
  await using session = await createCliSession();
  await write(session, { name: 'odd', architecture: 'win32', fields: ['Depends: other [!win64]'] });
  expect(await published(session, 'dist', '--init', '--allow-uninstallable')).toEqual({ wpkg: ['odd'] });
});

test('members of xz are refused, or repacked', async () => {
  await using session = await createCliSession();
  await copyFile(XZ, join(session.cwd, 'x.deb'));
  const refused = await session.json('publish', 'x.deb', '--to', 'wpkg', '--init');
  expect(refused).toMatchObject({
    code: 1,
    error: {
      code: 'PACKAGE_INVALID',
      message: expect.stringMatching(/x\.deb: wpkg cannot read control\.tar\.xz and data\.tar\.xz/),
      hint: expect.stringContaining('--repack'),
    },
  });
  const args = ['publish', 'x.deb', '--to', 'wpkg', '--init', '--repack'];
  expect(await session.run(...args)).toMatchObject({
    code: 0,
    stderr: expect.not.stringContaining('Warning'),
  });
  const [again, listed] = [await session.run(...args), await session.run('list', 'wpkg', '--json')];
  expect(again.stdout).toContain('there already');
  const { path } = /"path":"(?<path>[^"]+)"/.exec(listed.stdout)?.groups ?? {};
  const bytes = await readFile(join(session.store, 'wpkg', path ?? ''), 'latin1');
  expect(bytes).toContain('control.tar.gz');
  expect(bytes).not.toContain('.xz');
});

test('one package that wpkg stumbles over keeps the others away from it, unless told to go on', async () => {
  await using session = await createCliSession();
  const description = 'much longer than '.repeat(6);
  await write(session, { name: 'good' }, { name: 'wordy', description });
  expect((await session.run('publish', 'dist', '--to', 'wpkg', '--init')).code).toBe(1);
  const kept = await session.json('publish', 'dist', '--to', 'wpkg', '--init', '--keep-going');
  expect(kept).toMatchObject({ code: 3, answer: { published: [{ packages: [{ name: 'good' }] }] } });
  expect(await published(session, 'dist', '--to', 'wpkg', '--repack')).toEqual({ wpkg: ['good', 'wordy'] });
});

test('every command copes with a repository that nobody signs', async () => {
  await using session = await createCliSession();
  expect((await session.run('init', 'win', '--format', 'wpkg')).stdout).toContain('no signatures');
  await write(session, { name: 'hello' });
  expect(await published(session, 'dist')).toEqual({ win: ['hello'] });
  const unsigned = [
    'status',
    'verify',
    'doctor',
    'key list',
    'log win',
    'resign win',
    'gc',
    'apply',
    'repair',
  ];
  for (const line of unsigned)
    expect(`${line}: ${(await session.run(...line.split(' '))).code}`).toBe(`${line}: 0`);
  expect(await session.json('key', 'rotate', 'win')).toMatchObject({
    code: 2,
    error: { message: expect.stringContaining('no signing key') },
  });
  expect(await session.json('client', 'win/stable')).toMatchObject({
    code: 0,
    answer: { fingerprints: [], script: expect.stringContaining('wpkg --add-sources') },
  });
});
