/** A network or FUSE file system, as far as one can have it without one: the answer of statfs(2) is replaced. */
import { describe, expect, test, vi } from 'vitest';
import { localSubject, testStorage } from '../../tests/support/storage-subjects.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { bytesOf } from '../testing/storage-checks.ts';
import { openLocalStorage } from './local.ts';

vi.mock('./local/file-system.ts', () => ({
  inspectFileSystem: () => ({ volatile: false, unsafe: 'NFS' }),
}));

test('it is refused with exit code 11, and the message says what it is', async () => {
  await using dir = await createTempDir('nfs');
  await expect(openLocalStorage({ root: dir.path })).rejects.toMatchObject({
    code: 'STORE_UNSAFE',
    exitCode: 11,
    message: `${dir.path}: its file system is NFS, which cannot keep two writers apart`,
    hint: expect.stringContaining('on a disk of this machine'),
  });
});

test('a single writer gets it, without the promises that need more, and without locks', async () => {
  await using dir = await createTempDir('nfs');
  const storage = await openLocalStorage({ root: dir.path, singleWriter: true });
  expect(storage.capabilities).toEqual({
    createIfAbsent: false,
    replaceIfMatch: false,
    exclusive: false,
    metadata: false,
  });
  await storage.write('a', bytesOf('x'));
  await expect(storage.exclusive(async () => 1)).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
});

describe('for a single writer the other promises are kept', () => {
  const open = localSubject((storage) => storage, { singleWriter: true });
  testStorage(open, {}, [
    'content type, caching and metadata come back with the object, and go along with a copy',
    'of many that create one object at once exactly one wins, and the object is the winner’s',
    'of many that copy to one new key at once exactly one wins',
    'of many that replace what they read at once exactly one wins',
    'a counter that is replaced with ifMatch loses no step',
    'exclusive runs one work at a time, on all handles',
    'exclusive gives what its work gives, its error too, and lets the next one in',
    'work inside exclusive may do everything, exclusive too',
    'whoever waits for exclusive may give up',
  ]);
});
