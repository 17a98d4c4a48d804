import { describe, expect, test } from 'vitest';
import { networkError } from '../../upstream/network-error.ts';
import type { Fetched } from './fetched.ts';
import { cacheEvidence, judgePointerHeaders, judgeStatus } from './judge-answer.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const NOW = new Date(NOW_MS).toUTCString();

function answer(fetched: Partial<Fetched>): Fetched {
  return {
    url: 'https://packages.example.org/InRelease',
    status: 200,
    headers: {},
    redirects: [],
    sizeBytes: 0,
    sha256: '',
    bytes: new Uint8Array(),
    failure: undefined,
    ...fetched,
  };
}

describe('how long caches keep a pointer', () => {
  test.each<[headers: Readonly<Record<string, string>>, problem: string | undefined]>([
    [{ 'cache-control': 'no-cache' }, undefined],
    [{ 'cache-control': 'public, max-age=60' }, undefined],
    [{ 'cache-control': 'max-age=3600, no-store' }, undefined],
    [{ 'cache-control': 'private, max-age=3600' }, undefined],
    [{ 'cache-control': 'max-age=3600, s-maxage=0' }, undefined],
    [{ 'cache-control': 'max-age=0, s-maxage=300' }, 'a cache may keep it for 300 s'],
    [{ 'cache-control': 'public,MAX-AGE="86400"' }, 'a cache may keep it for 86400 s'],
    [{ 'cache-control': 'public' }, 'a cache may keep it as long as it likes (Cache-Control: public)'],
    [{}, 'the answer has neither Cache-Control nor Expires, so a cache keeps it as long as it likes'],
    [{ expires: '0' }, undefined],
    [{ expires: NOW, date: NOW }, undefined],
    [{ expires: 'Fri, 20 Nov 2026 13:00:00 GMT', date: NOW }, 'a cache may keep it for 3600 s'],
    [{ 'cache-control': 'max-age=5', expires: 'Fri, 20 Nov 2026 13:00:00 GMT' }, undefined],
  ])('%j', (headers, problem) => {
    const found = judgePointerHeaders(answer({ headers: { 'last-modified': NOW, ...headers } }), NOW_MS);
    expect(found.map((one) => one.problem)).toEqual(problem === undefined ? [] : [problem]);
  });
});

test.each<[headers: Readonly<Record<string, string>>, codes: readonly string[]]>([
  [{ 'last-modified': NOW }, []],
  [{}, ['live-undated']],
  [{ 'last-modified': 'yesterday' }, ['live-undated']],
  [{ 'last-modified': 'Fri, 20 Nov 2026 12:00:59 GMT' }, []],
  [{ 'last-modified': 'Fri, 20 Nov 2026 12:02:00 GMT' }, ['live-misdated']],
  [{ 'last-modified': 'Fri, 20 Nov 2026 12:02:00 GMT', date: 'Fri, 20 Nov 2026 12:05:00 GMT' }, []],
])('the date of a pointer: %j', (headers, codes) => {
  const found = judgePointerHeaders(answer({ headers: { 'cache-control': 'no-cache', ...headers } }), NOW_MS);
  expect(found.map(({ code }) => code)).toEqual(codes);
});

describe('where a redirect leads', () => {
  test.each<[from: string, to: readonly string[], code: string]>([
    ['http://example.org/a', ['https://example.org/a'], 'live-redirect'],
    ['https://example.org/a', ['https://cdn.example.org/a'], 'live-redirect'],
    ['https://example.org/a', ['http://cdn.example.org/a'], 'live-redirect-insecure'],
    ['https://example.org/a', ['http://example.org/b', 'https://example.org/c'], 'live-redirect-insecure'],
  ])('%s to %j', (url, to, code) => {
    const redirects = to.map((one) => ({ status: 302, to: one }));
    expect(judgeStatus(answer({ url, redirects }))).toMatchObject([
      { code, problem: `the server answers 302 and leads to ${to.at(-1)}` },
    ]);
  });
});

test.each([
  [401, 'live-forbidden'],
  [403, 'live-forbidden'],
  [404, 'live-missing'],
  [410, 'live-missing'],
  [204, 'live-status'],
  [302, 'live-status'],
  [500, 'live-status'],
])('status %i', (status, code) => {
  expect(judgeStatus(answer({ status }))).toMatchObject([
    { code, problem: `the server answers ${status}`, harm: expect.any(String), remedy: expect.any(String) },
  ]);
});

test('no answer: the remedy is that of the failure', () => {
  const failure = networkError('http://a.example/x', Object.assign(new Error(), { code: 'ENOTFOUND' }));
  expect(judgeStatus(answer({ status: 0, failure }))).toMatchObject([
    {
      code: 'live-unreachable',
      problem: 'there is no host a.example (DNS)',
      remedy: 'Check the name, and the DNS of this machine.',
    },
  ]);
});

test('what caches say of themselves is shown, and not too much of it', () => {
  const headers = { age: '12', via: `1.1 ${'x'.repeat(100)}`, 'x-cache': 'HIT', server: 'nginx' };
  expect(cacheEvidence({ headers })).toBe(`age: 12, x-cache: HIT, via: 1.1 ${'x'.repeat(56)}`);
  expect(cacheEvidence({ headers: { age: '0' } })).toBe('');
});
