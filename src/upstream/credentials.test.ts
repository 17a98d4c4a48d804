import { describe, expect, test } from 'vitest';
import { scriptedReader } from '../../tests/support/scripted-reader.ts';
import { firstOf, parseNetrc, withCredentials } from './credentials.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const TEXT = [
  '# of the team',
  'machine private.example/apt login ann password secret # not this',
  'machine http://plain.example:8080',
  '  login bob',
  '  password hunter2',
  'machine other.example login carl password x',
  'default login anonymous password guest',
].join('\n');

describe('entries', () => {
  const apt = parseNetrc(TEXT, { anyScheme: false });
  const netrc = parseNetrc(TEXT, { anyScheme: true });

  test.each([
    ['https://private.example/apt/dists/x', basic('ann:secret'), basic('ann:secret')],
    ['https://private.example/other', undefined, basic('anonymous:guest')],
    ['http://private.example/apt/', undefined, basic('ann:secret')],
    ['http://plain.example:8080/x', basic('bob:hunter2'), basic('bob:hunter2')],
    ['http://plain.example/x', undefined, basic('anonymous:guest')],
    ['https://OTHER.example/x', basic('carl:x'), basic('carl:x')],
    ['https://not-other.example/x', undefined, basic('anonymous:guest')],
  ])('%s', (url, ofApt, ofNetrc) => {
    expect(apt(url)).toBe(ofApt);
    expect(netrc(url)).toBe(ofNetrc);
  });

  test('whatever the file holds, it is read', () => {
    expect(parseNetrc('machine', { anyScheme: true })('https://x.example/')).toBeUndefined();
    expect(parseNetrc('login x password', { anyScheme: true })('https://x.example/')).toBeUndefined();
  });
});

test('they are sent where they belong, and a URL keeps its own', async () => {
  const { read, requests } = scriptedReader([{}, {}, {}, {}]);
  const known = firstOf([() => undefined, (url) => (url.includes('private') ? 'Bearer x' : undefined)]);
  const sending = withCredentials(read, known);
  for (const url of [
    'https://private.example/',
    'https://public.example/',
    'https://ann:x@private.example/',
    'file:///srv/private/',
  ])
    await sending({ url, limitBytes: 1 });
  expect(requests.map(({ headers }) => headers?.['authorization'])).toEqual([
    'Bearer x',
    undefined,
    undefined,
    undefined,
  ]);
});
