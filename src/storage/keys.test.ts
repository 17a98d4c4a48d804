import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConditions, checkKey, checkPrefix, compareKeys, isKeySegment } from './keys.ts';

const BAD: readonly (readonly [key: string, problem: string])[] = [
  ['', 'empty segment'],
  ['/etc/passwd', 'empty segment'],
  ['a//b', 'empty segment'],
  ['a/', 'empty segment'],
  ['.', 'segment "."'],
  ['a/../../b', 'segment ".."'],
  ['a\\b', 'control character or a backslash'],
  ['a\u0000', 'control character or a backslash'],
  ['a\u009b2J', 'control character or a backslash'],
  ['a\udc00', 'UTF-8'],
  ['x'.repeat(256), 'segment is longer than 255 bytes'],
  ['ü'.repeat(128), 'segment is longer than 255 bytes'],
  [Array(300).fill('abc').join('/'), 'key is longer than 1024 bytes'],
];

describe('checkKey', () => {
  test.each(BAD)('%j is refused: %s', (key, problem) => {
    const check = () => checkKey(key, '/srv/repo');
    expect(check).toThrowError(expect.objectContaining({ code: 'STORE_KEY_INVALID' }));
    expect(check).toThrow(problem);
    expect(check).toThrow('/srv/repo');
  });

  test.each(['a', 'pool/main/h/hello/hello_1.0_amd64.deb', '...', 'ü/ /+', 'x'.repeat(255)])(
    '%j is taken',
    (key) => checkKey(key, 'store'),
  );

  test('the message quotes no control character and no endless key', () => {
    try {
      checkKey(`a\n\u001b[2J${'x'.repeat(5000)}`, 'store');
      expect.unreachable();
    } catch (error) {
      const { message } = error as Error;
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(message.length).toBeLessThan(400);
    }
  });

  test('no key that is taken leaves its folder', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '.', '..', '/', '\\', '', 'b')), (parts) => {
        const key = parts.join('');
        try {
          checkKey(key, 'store');
        } catch {
          return;
        }
        expect(new URL(`file:///root/${key}`).pathname).toBe(`/root/${key}`);
      }),
    );
  });
});

test('a prefix may end anywhere in a segment', () => {
  for (const prefix of ['', 'a', 'a/', 'a/b', 'a/..', '.', 'log/000']) checkPrefix(prefix, 'store');
  for (const prefix of ['/', 'a//', '../', 'a/../', 'a\n', 'x'.repeat(256)]) {
    expect(() => checkPrefix(prefix, 'store')).toThrowError(
      expect.objectContaining({ code: 'STORE_KEY_INVALID' }),
    );
  }
});

test('isKeySegment tells names of files that can be part of a key', () => {
  expect(['a', '..', '', 'a\tb', 'a/b'].map(isKeySegment)).toEqual([true, false, false, false, true]);
});

test('compareKeys is the order of UTF-8 bytes', () => {
  const unit = fc.constantFrom(
    'a',
    'b',
    '-',
    '.',
    '/',
    '\u007f',
    'é',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '😀',
    '\u{10ffff}',
  );
  const text = fc.string({ unit });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(['\u{10000}', '\uffff', '\ud7ff', 'a/b', 'a-b', 'a'].sort(compareKeys)).toEqual([
    'a',
    'a-b',
    'a/b',
    '\ud7ff',
    '\uffff',
    '\u{10000}',
  ]);
});

test('one write cannot both create and replace', () => {
  expect(() => checkConditions({ ifAbsent: true, ifMatch: 'x' })).toThrow(TypeError);
  checkConditions({ ifAbsent: true });
  checkConditions({ ifMatch: 'x' });
});
