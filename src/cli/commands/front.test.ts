/** Which commands bring the root of a store up to date. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';

const CONFIG = ['store: ./public', 'url: https://packages.example.org'];

let session: CliSession;
beforeEach(async () => {
  session = await createCliSession();
});
afterEach(() => session[Symbol.asyncDispose]());

const read = (name: string) => readFile(join(session.store, name), 'utf8');

async function ok(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await session.run(...args);
  expect(complaintsIn(stderr)).toBe('');
  expect(code).toBe(0);
}

test('publish --init, init, apply and key rotate do', async () => {
  await ok('publish', await session.deb({ name: 'hello' }), '--init', '--to', 'first');
  expect(await read('index.html')).toContain('href="first/index.html"');
  await session.configure(...CONFIG, 'repositories: { first: { format: deb }, second: { format: opkg } }');
  await ok('init');
  expect(await read('index.html')).toContain('href="second/index.html"');
  expect(await read('setup.sh')).toContain('"add second" | "add second/stable")');
  await session.configure(
    ...CONFIG,
    'repositories: { first: { format: deb, channels: [stable, testing] }, second: { format: opkg } }',
  );
  await ok('apply');
  expect(await read('index.html')).toContain('Channels: stable, testing.');
  await ok('key', 'rotate', 'first');
  expect(await read('index.html')).toContain('(announced)');
  await ok('verify');
  await ok('gc');
  expect((await readdir(join(session.store, 'keys'))).sort()).toEqual([
    expect.stringMatching(/^[0-9a-f]{16}$/),
    'first.asc',
    'first.gpg',
    'second.pub',
  ]);
});

test('repair makes what is missing, and says so', async () => {
  await ok('publish', await session.deb({ name: 'hello' }), '--init');
  await rm(join(session.store, 'index.html'));
  expect((await session.run('repair', '--dry-run')).stdout).toContain(
    'written at the root of the store: index.html\n',
  );
  await ok('repair');
  expect(await read('index.html')).toContain('href="deb/index.html"');
});

test('a publish goes well although the page of the store is of somebody else', async () => {
  await ok('publish', await session.deb({ name: 'hello' }), '--init');
  await writeFile(join(session.store, 'index.html'), '<h1>ours</h1>');
  const { code, stderr } = await session.run(
    'publish',
    await session.deb({ name: 'more' }),
    '--init',
    '--to',
    'other',
  );
  expect(code).toBe(0);
  expect(stderr).toContain('index.html is not from pakhus, so it was left as it is');
  expect(await read('index.html')).toBe('<h1>ours</h1>');
});

test('a copy of the store has the same root', async () => {
  await ok('publish', await session.deb({ name: 'hello' }), '--init');
  await ok('store', 'copy', './copy');
  expect(await readFile(join(session.cwd, 'copy', 'index.html'), 'utf8')).toBe(await read('index.html'));
});
