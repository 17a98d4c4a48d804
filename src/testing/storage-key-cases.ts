import assert from 'node:assert/strict';
import type { StorageCase } from './storage-case.ts';
import { bytesOf, failsWith, keysOf, textAt } from './storage-checks.ts';

const BAD_KEYS: readonly string[] = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  'a/..',
  'a\\b',
  'a\0b',
  'a\nb',
  'a\x7fb',
  'a\u0085b',
  'a\ud800b',
  'x'.repeat(256),
  'ä'.repeat(128),
  `${'abcd/'.repeat(204)}abcde`,
];

/** Keys that are fine, though something on the way (shell, URL, directory) may trip over them. */
const ODD_KEYS: readonly string[] = [
  'pool/libstdc++6_12.2.0-14+deb12u1_amd64.deb',
  'a~rc1/b^2',
  'a:b/1:2.0-1',
  'per%cent/a%2Fb',
  'with space/ a ',
  'ü/é',
  'e\u0301',
  '𐍈/😀',
  '...',
  '..a',
  '.hidden/.x',
  '-rf',
  '*?[a]$(b)`c`"\'#&=@!,;<>|{}',
  'x'.repeat(255),
  'ä'.repeat(127),
];

export const keyCases: readonly StorageCase[] = [
  {
    name: 'a key that is not one is refused by every call',
    run: async ({ storage }) => {
      await storage.write('good', bytesOf('x'));
      for (const key of BAD_KEYS) {
        await failsWith('STORE_KEY_INVALID', storage.stat(key), { storage, key: '' });
        await failsWith('STORE_KEY_INVALID', storage.read(key));
        await failsWith('STORE_KEY_INVALID', storage.write(key, bytesOf('x')));
        await failsWith('STORE_KEY_INVALID', storage.write(key, bytesOf('x'), { ifAbsent: true }));
        await failsWith('STORE_KEY_INVALID', storage.copy(key, 'copy'));
        await failsWith('STORE_KEY_INVALID', storage.copy('good', key));
        await failsWith('STORE_KEY_INVALID', storage.delete(key));
      }
      assert.deepEqual(await keysOf(storage), ['good']);
    },
  },
  {
    name: 'a prefix whose whole segments are not a key is refused',
    run: async ({ storage }) => {
      for (const prefix of ['/', '../', 'a/../', 'a//', './', 'a\0', 'a\\', 'a/\n']) {
        await failsWith('STORE_KEY_INVALID', keysOf(storage, prefix));
      }
    },
  },
  {
    name: 'every other key keeps its object apart from all others',
    run: async ({ storage }) => {
      for (const key of ODD_KEYS) await storage.write(key, bytesOf(key), { ifAbsent: true });
      for (const key of ODD_KEYS) {
        assert.equal(await textAt(storage, key), key);
        assert.equal((await storage.stat(key)).key, key);
        assert.deepEqual(
          await keysOf(storage, key),
          ODD_KEYS.filter((one) => one.startsWith(key)),
        );
      }
      assert.deepEqual((await keysOf(storage)).sort(), [...ODD_KEYS].sort());
      for (const key of ODD_KEYS) await storage.delete(key);
      assert.deepEqual(await keysOf(storage), []);
    },
  },
];
