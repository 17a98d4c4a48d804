import { expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import {
  createTestRepository,
  createTestUser,
  keysOf,
  type TestUser,
} from '../../../tests/support/test-repository.ts';
import { createMemoryStorage } from '../../storage/memory.ts';
import { readText } from '../../storage/read-all.ts';
import type { Storage } from '../../storage/storage.ts';
import { rotateKey } from '../keys/rotate-key.ts';
import { openTail } from '../read-repository.ts';
import { placeFront } from './place-front.ts';
import { copyFront, makeFront, refreshFront } from './refresh-front.ts';

const URL = 'url: https://packages.example.org';
const FILES = ['index.html', 'keys/deb.asc', 'keys/deb.gpg', 'setup.sh'];

async function refresh(user: TestUser) {
  return refreshFront(await user.workspace(), user.options);
}

async function rootOf(store: Storage): Promise<readonly string[]> {
  return (await keysOf(store)).filter((key) => !key.startsWith('.pakhus/') && !/^(deb|other)\//.test(key));
}

function textOf(store: Storage, key: string): Promise<string> {
  return readText(store, key, { limitBytes: 1_000_000 });
}

test('the root shows every repository, and is written again only when one of them changes in what it shows', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable]', URL);
  await user.publish([{ name: 'a' }]);
  expect([...(await refresh(user)).written].sort()).toEqual(FILES);
  expect(await rootOf(user.store)).toEqual(FILES);
  await user.publish([{ name: 'b' }]);
  expect(await refresh(user)).toEqual({ written: [], deleted: [], taken: undefined });
  await user.publish([{ name: 'c' }], { to: 'other/testing' });
  expect((await refresh(user)).written).toEqual([
    'keys/other.asc',
    'keys/other.gpg',
    'setup.sh',
    'index.html',
  ]);
  const page = await textOf(user.store, 'index.html');
  expect(page).toContain('<a href="deb/index.html">deb</a>');
  expect(page).toContain('<a href="other/index.html">other</a>');
  const { content } = await openTail(await user.open('other'));
  expect(page.replaceAll(' ', '')).toContain(content.signers[0]?.fingerprint);
  expect(await textOf(user.store, 'setup.sh')).toContain('"add other" | "add other/testing")');
  expect(JSON.stringify(user.events)).not.toMatch(/pages-taken|front-behind/);
});

test('a rotated key is there in both files at every step', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'a' }]);
  await refresh(user);
  const input = { step: undefined, key: undefined, old: undefined, expiresDays: undefined, dryRun: false };
  await rotateKey(await user.open(), input, user.options);
  expect((await refresh(user)).written).toEqual(['keys/deb.asc', 'keys/deb.gpg', 'index.html']);
  const page = await textOf(user.store, 'index.html');
  expect(page).toContain('(announced)');
  // Nobody knows the address, so there is no script.
  expect(await rootOf(user.store)).toEqual(FILES.filter((name) => name !== 'setup.sh'));
});

test.each(['index.html', 'setup.sh', 'keys/deb.asc'])('%s of somebody else stays', async (taken) => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable]', URL);
  await user.publish([{ name: 'a' }]);
  await user.store.write(taken, Buffer.from('<h1>ours</h1>'));
  expect((await refresh(user)).written).toEqual([]);
  expect(await rootOf(user.store)).toEqual([taken]);
  expect(await textOf(user.store, taken)).toBe('<h1>ours</h1>');
  expect(user.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'pages-taken' }));
});

test('`pages: false` takes away what is from pakhus, and nothing else', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable]', URL);
  await user.publish([{ name: 'a' }]);
  await refresh(user);
  await user.store.write('keys/readme.txt', Buffer.from('ours'));
  await user.configure('channels: [stable]', URL, 'pages: false');
  expect((await refresh(user)).deleted).toEqual(['keys/deb.gpg', 'keys/deb.asc', 'setup.sh', 'index.html']);
  expect(await rootOf(user.store)).toEqual(['keys/readme.txt']);
});

test('a repository that is the store itself has the root for itself', async () => {
  await using user = await createTestRepository();
  await user.configure('path: ., channels: [stable]', URL);
  await user.publish([{ name: 'a' }]);
  const before = await textOf(user.store, 'index.html');
  expect(await refresh(user)).toEqual({ written: [], deleted: [], taken: undefined });
  expect(await textOf(user.store, 'index.html')).toBe(before);
});

test('of two who make repositories at once, the last one to write shows both', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'a' }]);
  const workspace = await user.workspace();
  let pauses = 0;
  /** Right before the page is written, somebody else makes a repository and has its page in place. */
  const paused: Storage = {
    ...user.store,
    write: async (key, ...more) => {
      if (key === 'index.html' && pauses++ === 0) {
        await user.publish([{ name: 'c' }], { to: 'other/stable' });
        await refresh(user);
      }
      return user.store.write(key, ...more);
    },
  };
  await makeFront({ ...workspace, store: paused }, { dryRun: false });
  expect(pauses).toBe(1);
  expect(await textOf(user.store, 'index.html')).toContain('href="other/index.html"');
  await Promise.all([refresh(user), refresh(user)]);
  expect(await makeFront(workspace, { dryRun: true })).toMatchObject({ written: [], deleted: [] });
});

test('a page that was written meanwhile without the newest repository is not the last word', async () => {
  const store = createMemoryStorage({ name: '/simulated' });
  const file = (text: string) => ({
    path: 'index.html',
    bytes: Buffer.from(`<meta name="generator" content="pakhus">\n${text}`),
  });
  let seen = 'old';
  const slow = placeFront(
    store,
    async () => {
      const files = [file(seen)];
      if (seen === 'old') {
        seen = 'new';
        await placeFront(store, async () => [file('new')], { dryRun: false });
      }
      return files;
    },
    { dryRun: false },
  );
  await slow;
  expect(await textOf(store, 'index.html')).toContain('new');
});

test('whoever may not write there is told, and what was published stands', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'a' }]);
  const { PakhusError } = await import('../../core/pakhus-error.ts');
  const store: Storage = {
    ...user.store,
    write: async () => {
      throw new PakhusError('STORE_PERMISSION', 'no');
    },
  };
  await refreshFront({ ...(await user.workspace()), store }, user.options);
  expect(user.events).toContainEqual(
    expect.objectContaining({
      type: 'warning',
      code: 'front-behind',
      hint: expect.stringContaining('pakhus repair'),
    }),
  );
});

test('a copy of the store gets the same files, and loses none', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable]', URL);
  await user.publish([{ name: 'a' }]);
  await refresh(user);
  const copy = createMemoryStorage({ name: '/copy' });
  await copyFront(user.store, copy, user.options);
  expect(await keysOf(copy)).toEqual(FILES);
  for (const key of FILES.filter((name) => !name.endsWith('.gpg')))
    expect(await textOf(copy, key)).toBe(await textOf(user.store, key));
  expect(await copyFront(user.store, copy, user.options)).toMatchObject({ written: [], deleted: [] });
});

test('a machine that does not know the repository finds it in the store', async () => {
  await using user = await createTestRepository();
  await using other = await createTempDir('other');
  await user.publish([{ name: 'a' }]);
  const stranger = createTestUser({ store: user.store, clock: user.clock, folder: other.path });
  await refresh(stranger);
  expect(await textOf(user.store, 'index.html')).toContain('href="deb/index.html"');
  expect(await refresh(user)).toMatchObject({ written: [] });
});
