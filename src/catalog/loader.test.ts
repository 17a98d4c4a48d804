import { describe, expect, test } from 'vitest';
import { createLoader } from './loader.ts';

const refTo = (key: string) => ({ key, sha256: '', sizeBytes: 0 });

describe('createLoader', () => {
  const counting = () => {
    const read: string[] = [];
    const loader = createLoader(async ({ key }) => {
      read.push(key);
      if (key === 'absent') throw new Error(`no ${key}`);
      return `what ${key} holds`;
    });
    return { read, loader };
  };

  test('reads a blob once, also for those who ask while it is read', async () => {
    const { read, loader } = counting();
    expect(await Promise.all(['a', 'a', 'b'].map((key) => loader.load(refTo(key))))).toEqual([
      'what a holds',
      'what a holds',
      'what b holds',
    ]);
    await loader.load(refTo('a'));
    expect(read).toEqual(['a', 'b']);
  });

  test('knows what was just written', async () => {
    const { read, loader } = counting();
    loader.add(refTo('a'), 'written');
    expect(await loader.load(refTo('a'))).toBe('written');
    expect(read).toEqual([]);
  });

  test('tries again what failed', async () => {
    const { read, loader } = counting();
    await expect(loader.load(refTo('absent'))).rejects.toThrow('no absent');
    await expect(loader.load(refTo('absent'))).rejects.toThrow('no absent');
    expect(read).toEqual(['absent', 'absent']);
  });

  test('forgets what nobody asked for in a long time', async () => {
    const { read, loader } = counting();
    for (let i = 0; i < 1000; i++) {
      await loader.load(refTo(`blob-${i}`));
      await loader.load(refTo('often'));
    }
    await loader.load(refTo('blob-0'));
    expect([read.length, read.filter((key) => key === 'often').length]).toEqual([1002, 1]);
  });
});
