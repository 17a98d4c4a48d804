import { describe, expect, test } from 'vitest';
import { leapingClock } from '../../tests/support/leaping-clock.ts';
import { type Scripted, scriptedReader } from '../../tests/support/scripted-reader.ts';
import { sha256Hex } from '../core/digest.ts';
import { download } from './download.ts';

const TEXT = 'hello, world';
const FILE = {
  url: 'http://upstream.example/hello',
  sizeBytes: TEXT.length,
  sha256: sha256Hex(Buffer.from(TEXT)),
};

interface Outcome {
  /** What whoever writes the file got. */
  readonly text: string;
  readonly error: unknown;
  /** The header Range of each request. */
  readonly ranges: readonly (string | undefined)[];
  readonly discarded: number;
}

async function fetchFrom(
  script: readonly Scripted[],
  { file = FILE, msOfPiece = 0 }: { readonly file?: typeof FILE; readonly msOfPiece?: number } = {},
): Promise<Outcome> {
  const clock = leapingClock();
  const server = scriptedReader(script, () => clock.pass(msOfPiece));
  let text = '';
  let error: unknown;
  try {
    for await (const chunk of download(server.read, file, { clock, random: () => 0 })) text += chunk;
  } catch (reason) {
    error = reason;
  }
  return {
    ...{ text, error, discarded: server.discarded() },
    ranges: server.requests.map(({ headers }) => headers?.['range']),
  };
}

test('the bytes of the expected file', async () => {
  expect(await fetchFrom([{ pieces: ['hello', ', ', 'world'] }])).toMatchObject({
    text: TEXT,
    error: undefined,
  });
});

describe('a connection that breaks', () => {
  const rest = (from: number, headers = {}): Scripted => ({
    status: 206,
    headers: { 'content-range': `bytes ${from}-${TEXT.length - 1}/${TEXT.length}`, ...headers },
    pieces: [TEXT.slice(from)],
  });

  test('is taken up where it broke, as often as it gets on', async () => {
    const cut = { pieces: ['hel'], breaks: 'ECONNRESET' };
    const again = { ...rest(3), pieces: ['lo'], breaks: 'ETIMEDOUT' };
    expect(await fetchFrom([cut, again, rest(5)])).toMatchObject({
      text: TEXT,
      ranges: [undefined, 'bytes=3-', 'bytes=5-'],
    });
  });

  test('goes on with the same file only', async () => {
    const server = scriptedReader([
      { headers: { etag: '"a"' }, pieces: ['hel'], breaks: 'ECONNRESET' },
      { pieces: [TEXT] },
    ]);
    const options = { clock: leapingClock(), random: () => 0 };
    let text = '';
    for await (const chunk of download(server.read, FILE, options)) text += chunk;
    expect(text).toBe(TEXT);
    expect(server.requests[1]?.headers).toEqual({ range: 'bytes=3-', 'if-range': '"a"' });
  });

  test('is read over from the start where the server has no ranges', async () => {
    const cut = { pieces: ['hello, w'], breaks: 'ECONNRESET' };
    expect((await fetchFrom([cut, { pieces: ['hell', 'o, world'] }])).text).toBe(TEXT);
  });

  test('is given up after four times without progress', async () => {
    const cut = { pieces: [], breaks: 'ECONNRESET' };
    const { error, text, ranges } = await fetchFrom([cut, cut, cut, cut]);
    expect(error).toMatchObject({ code: 'NETWORK_FAILED', details: { reason: 'cut' } });
    expect({ text, asked: ranges.length }).toEqual({ text: '', asked: 4 });
  });

  test.each([
    ['another part', rest(4, { 'content-range': `bytes 4-11/${TEXT.length}` })],
    ['a part of another file', rest(3, { 'content-range': 'bytes 3-11/40' })],
    ['nothing of the kind', { status: 416 }],
  ])('and goes on with %s is no such file', async (_, answer) => {
    const { error } = await fetchFrom([{ pieces: ['hel'], breaks: 'ECONNRESET' }, answer]);
    expect(error).toMatchObject({ code: 'PACKAGE_CHANGED' });
  });
});

describe('another file is refused, and its last piece is never given', () => {
  test.each([
    ['other bytes of the same length', { pieces: ['hello, ', 'WORLD'] }, 'it is not the file that the index'],
    ['fewer bytes', { pieces: ['hello, '] }, 'it ends after 7 of 12 bytes'],
    ['more bytes', { pieces: ['hello, ', 'world', '!'] }, 'it has more than 12 bytes'],
    ['none', { status: 404 }, 'it is not there'],
    ['none that one may see', { status: 403 }, 'it is not there'],
    [
      'a part that nobody asked for',
      { status: 206, headers: { 'content-range': 'bytes 0-11/12' } },
      'the server gives another part',
    ],
  ] satisfies [string, Scripted, string][])('%s', async (_, answer, why) => {
    const { error, text } = await fetchFrom([answer]);
    expect(error).toMatchObject({
      code: 'PACKAGE_CHANGED',
      message: expect.stringContaining(`${FILE.url}: ${why}`),
    });
    expect(text.length).toBeLessThan(TEXT.length);
  });

  test('40 GB instead are not even begun', async () => {
    const { error, discarded } = await fetchFrom([
      { headers: { 'content-length': '40000000000' }, pieces: ['x'] },
    ]);
    expect(error).toMatchObject({
      message: `${FILE.url}: it has 40000000000 bytes, and the index says 12`,
    });
    expect(discarded).toBe(1);
  });
});

test('a status that says nothing of the file is named', async () => {
  const { error } = await fetchFrom([{ status: 503, headers: { 'retry-after': '3600' } }]);
  expect(error).toMatchObject({
    code: 'NETWORK_FAILED',
    message: `${FILE.url}: the server answers with status 503 and Retry-After: 3600`,
  });
});

test('a body that drips is cut, and the next attempt goes on from there', async () => {
  const bytes = Buffer.alloc(200_000, 'x');
  const file = { ...FILE, sizeBytes: bytes.length, sha256: sha256Hex(bytes) };
  const drip = Array.from({ length: 7 }, () => Buffer.alloc(10, 'x'));
  const rest = {
    status: 206,
    headers: { 'content-range': `bytes 60-199999/200000` },
    pieces: [bytes.subarray(60)],
  };
  const { text, ranges } = await fetchFrom([{ pieces: drip }, rest], { file, msOfPiece: 10_000 });
  expect(ranges).toEqual([undefined, 'bytes=60-']);
  expect(text.length).toBe(bytes.length);
});

test('a server that does nothing but drip is left', async () => {
  const drip = Array.from({ length: 100 }, () => 'x');
  const dripping = (from: number): Scripted => ({
    status: from === 0 ? 200 : 206,
    headers: { 'content-range': `bytes ${from}-99999/100000` },
    pieces: drip,
  });
  const { error } = await fetchFrom([0, 6, 12, 18].map(dripping), {
    file: { ...FILE, sizeBytes: 100_000 },
    msOfPiece: 10_000,
  });
  expect(error).toMatchObject({
    code: 'NETWORK_FAILED',
    message: `${FILE.url}: the server gave 6 bytes in 60 s`,
  });
});
