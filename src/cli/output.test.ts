import { describe, expect, test } from 'vitest';
import { createOutput, escapeControls, type OutputStream } from './output.ts';
import { jsonPieces, toJson } from './to-json.ts';

describe('nothing that a package says steers the terminal', () => {
  test.each([
    ['plain text, ünï and 漢', 'plain text, ünï and 漢'],
    ['a\tb', 'a b'],
    ['clear\x1b[2Jscreen', 'clear\\x1b[2Jscreen'],
    ['title\x1b]0;x\x07', 'title\\x1b]0;x\\x07'],
    ['two\r\nlines', 'two\\x0d\\x0alines'],
    ['c1 csi \u009b2J', 'c1 csi \\x9b2J'],
    ['txt.\u202egnp', 'txt.\\u202egnp'],
    ['hidden \x1b[8mtext', 'hidden \\x1b[8mtext'],
    ['\x1b[31mred of our own\x1b[39m', '\x1b[31mred of our own\x1b[39m'],
  ])('%j', (text, shown) => {
    expect(escapeControls(text)).toBe(shown);
  });
});

test('JSON is one line of printable characters that reads back the same', () => {
  const data = { text: 'a\u009b\u202e\u2028\n\x1b[2J', size: 12n, map: new Map([['k', new Set([1])]]) };
  const json = toJson(data);
  expect(json).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(json)).toEqual({ text: data.text, size: '12', map: { k: [1] } });
});

test.each<[what: string, data: unknown]>([
  [
    'a result',
    { rev: 3, published: [{ packages: [{ name: 'a\u009b' }, { name: 'b' }], dropped: [] }], url: undefined },
  ],
  ['empty lists and objects', { a: [], b: {}, c: [[], {}], d: null }],
  ['what is left out of objects and null in lists', { a: undefined, b: [undefined, 1] }],
  ['maps, sets and errors', { map: new Map([['k', 1n]]), set: new Set([1]), error: new Error('x') }],
  ['no object', 'text'],
])('pieces of JSON are the same text: %s', (_what, data) => {
  expect([...jsonPieces(data)].join('')).toBe(toJson(data));
});

test('errors inside results keep code, message and hint', async () => {
  const { PakhusError } = await import('../core/pakhus-error.ts');
  const refused = { error: new PakhusError('PACKAGE_INVALID', 'no name', { hint: 'Give it one.' }) };
  expect(JSON.parse(toJson({ refused }))).toEqual({
    refused: { error: { code: 'PACKAGE_INVALID', message: 'no name', hint: 'Give it one.', details: {} } },
  });
});

describe('a stream', () => {
  const failing = (code: string): OutputStream => ({
    on: () => undefined,
    write: (_text, done) => done(Object.assign(new Error(code), { code })),
  });
  test('gets a line in pieces, a newline at its end', async () => {
    const written: string[] = [];
    const stream: OutputStream = {
      on: () => undefined,
      write: (text, done) => {
        written.push(text);
        done();
      },
    };
    const pieces = Array.from({ length: 3000 }, (_, index) => `${index} `.padEnd(50));
    await createOutput('stdout', stream).line(pieces);
    expect(written.length).toBeGreaterThan(1);
    expect(written.join('')).toBe(`${pieces.join('')}\n`);
  });
  test('whose reader has gone takes everything', async () => {
    await expect(createOutput('stdout', failing('EPIPE')).lines(['x'])).resolves.toBeUndefined();
  });
  test('that fails otherwise is an error', async () => {
    await expect(createOutput('stdout', failing('ENOSPC')).lines(['x'])).rejects.toMatchObject({
      code: 'CLI_OUTPUT',
      message: 'cannot write to stdout: ENOSPC',
    });
  });
});
