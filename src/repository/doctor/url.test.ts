/** Where clients reach a repository, as doctor sees it. */
import { describe, expect, test } from 'vitest';
import { storageReader } from '../../../tests/support/storage-reader.ts';
import { createTestRepository, type TestUser } from '../../../tests/support/test-repository.ts';
import { readBytes } from '../../storage/read-all.ts';
import { networkError } from '../../upstream/network-error.ts';
import type { UrlAnswer, UrlReader } from '../../upstream/url-reader.ts';
import { openTail } from '../read-repository.ts';
import type { Diagnosis } from './diagnosis.ts';
import { checkUrl } from './url.ts';

const URL = 'https://example.org';
const ENTRY = 'deb/dists/stable/InRelease';

async function withHello() {
  const user = await createTestRepository();
  await user.configure('channels: [stable, testing]', `url: ${URL}`);
  await user.publish([{ name: 'hello' }]);
  return user;
}

async function check(user: TestUser, read: UrlReader): Promise<readonly Diagnosis[]> {
  const { config } = await user.workspace();
  const repository = await user.open();
  return checkUrl(repository, { tail: await openTail(repository), config, read }, {});
}

function faulty(user: TestUser, faults: (path: string) => Partial<UrlAnswer> | undefined): UrlReader {
  return storageReader(user.store, URL, faults);
}

test('all is well', async () => {
  await using user = await withHello();
  expect(await check(user, storageReader(user.store, URL))).toEqual([
    { check: 'deb: url https://example.org/deb', verdict: 'good', finding: 'serves revision 1' },
  ]);
});

test('nothing is asked for without a URL', async () => {
  await using user = await withHello();
  await user.configure('channels: [stable, testing]');
  expect(await check(user, () => Promise.reject(new Error('asked')))).toEqual([]);
});

describe('what is wrong', () => {
  test.each<[what: string, path: string, answer: Partial<UrlAnswer>, verdict: string, finding: string]>([
    ['refused', ENTRY, { status: 403 }, 'bad', `${URL}/${ENTRY}: the server answers 403`],
    [
      'kept by caches',
      ENTRY,
      { headers: { 'last-modified': 'Thu, 01 Jan 2026 00:00:01 GMT', 'cache-control': 'max-age=900' } },
      'warning',
      `${URL}/${ENTRY}: a cache may keep it for 900 s`,
    ],
  ])('%s', async (_what, path, answer, verdict, finding) => {
    await using user = await withHello();
    const found = await check(
      user,
      faulty(user, (asked) => (asked === path ? answer : undefined)),
    );
    expect(found).toMatchObject([{ verdict, finding, remedy: expect.any(String) }]);
  });

  test('another store there', async () => {
    await using user = await withHello();
    await using other = await withHello();
    const found = await check(user, storageReader(other.store, URL));
    expect(found).toMatchObject([
      { verdict: 'bad', finding: expect.stringContaining(`${ENTRY}: it has other bytes than any revision`) },
      { verdict: 'bad', finding: expect.stringContaining('deb/dists/testing/InRelease: it has other bytes') },
    ]);
  });

  test('nobody there: said once', async () => {
    await using user = await withHello();
    let requests = 0;
    const found = await check(user, ({ url }) => {
      requests += 1;
      throw networkError(url, Object.assign(new Error(), { code: 'ENOTFOUND' }));
    });
    expect(found).toMatchObject([
      { verdict: 'bad', finding: `${URL}/${ENTRY}: there is no host example.org (DNS)` },
    ]);
    expect(requests).toBe(1);
  });

  test('the ledger, for everybody', async () => {
    await using user = await withHello();
    const record = await readBytes(user.store, '.pakhus/deb/log/0000000001.json', { limitBytes: 100_000 });
    const body = (async function* () {
      yield record;
    })();
    const found = await check(
      user,
      faulty(user, (path) => (path.startsWith('.pakhus/') ? { status: 200, body } : undefined)),
    );
    expect(found).toMatchObject([
      {
        verdict: 'warning',
        finding: `${URL}/.pakhus/deb/log/0000000001.json: the server gives the ledger to anybody`,
        remedy: expect.stringContaining('/.pakhus/'),
      },
    ]);
  });

  test.each<[skew: { readonly date: number; readonly age?: number }, finding: string | undefined]>([
    [{ date: 60_000 }, "the clock behind the dates of signatures is 60 s behind the web server's"],
    [{ date: -60_000 }, "the clock behind the dates of signatures is 60 s ahead of the web server's"],
    [{ date: -60_000, age: 60 }, undefined],
    [{ date: 5_000 }, undefined],
  ])('a clock that differs: %j', async ({ date, age }, finding) => {
    await using user = await withHello();
    const nowMs = user.clock.now();
    const headers = {
      'cache-control': 'no-cache',
      'last-modified': new Date(nowMs).toUTCString(),
      date: new Date(nowMs + date).toUTCString(),
      ...(age !== undefined && { age: String(age) }),
    };
    const found = await check(
      user,
      faulty(user, () => ({ headers })),
    );
    expect(found.filter((one) => one.check === 'clock').map((one) => one.finding)).toEqual(
      finding === undefined ? [] : [finding],
    );
  });
});
