import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalStorage } from '../../../src/storage/local.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { type CliSession, createCliSession } from '../../support/cli-session.ts';
import { describeWith } from '../../support/skip.ts';
import { lackOfMounts, mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';

/** Leaves so many bytes free. */
async function fill({ path }: SmallDisk, freeBytes: number): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(path);
  const ballast = join(path, 'ballast');
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
  return () => rm(ballast);
}

async function seen(store: string): Promise<readonly string[] | undefined> {
  return (await readAsClient(await openLocalStorage({ root: store }), 'deb', 'stable'))?.packages;
}

async function publish(session: CliSession, file: string, store: string) {
  return session.json('publish', file, '--store', store);
}

describeWith('a disk that fills up during a publish', await lackOfMounts(), () => {
  test('a clear error, nothing torn, and the same command finishes it when there is room', async () => {
    await using disk = await mountSmallDisk('8m');
    await using session = await createCliSession();
    const store = join(disk.path, 'store');
    await session.deb({ name: 'first' });
    await session.run('publish', 'first_1.0_amd64.deb', '--init', '--store', store);
    const published = ['first 1.0'];
    const codes = new Set<string>();
    // A publish takes a dozen pages: it is stopped at each of them.
    for (let pages = 0; ; pages++) {
      const name = `p${String(pages).padStart(2, '0')}`;
      const file = await session.deb({ name });
      const empty = await fill(disk, pages * 4096);
      const result = await publish(session, file, store);
      if (result.code !== 0) {
        const partly = result.code === 3;
        const code = partly ? 'LEDGER_NOT_VISIBLE' : 'STORE_FULL';
        expect(result, `${pages} pages`).toMatchObject({
          code: partly ? 3 : 1,
          answer: undefined,
          error: {
            code,
            message: expect.stringContaining(store),
            hint: expect.stringContaining('Free some space'),
          },
        });
        codes.add(code);
        const now = await seen(store);
        expect([published, [...published, `${name} 1.0`]], `${pages} pages`).toContainEqual(now);
      }
      await empty();
      if (result.code !== 0)
        expect(await publish(session, file, store), `again after ${pages} pages`).toMatchObject({
          code: 0,
          error: undefined,
        });
      published.push(`${name} 1.0`);
      expect(await seen(store)).toEqual(published);
      expect(await session.json('verify', '--store', store)).toMatchObject({ code: 0 });
      if (result.code === 0) break;
    }
    expect(codes).toContain('STORE_FULL');
  });

  test('a first publish leaves no repository behind that could not be finished', async () => {
    await using disk = await mountSmallDisk('8m');
    await using session = await createCliSession();
    const store = join(disk.path, 'store');
    const file = await session.deb({ name: 'first' });
    const empty = await fill(disk, 5 * 4096);
    const result = await session.json('publish', file, '--init', '--store', store);
    expect(result).toMatchObject({ code: 1, error: { code: 'STORE_FULL' } });
    await empty();
    expect(await session.json('publish', file, '--init', '--store', store)).toMatchObject({ code: 0 });
    expect(await seen(store)).toEqual(['first 1.0']);
    expect(await session.json('verify', '--store', store)).toMatchObject({ code: 0 });
  });
});
