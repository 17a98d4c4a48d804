import { expect, test } from 'vitest';
import { withMirror, withoutMirror } from './edit-config-file.ts';

const ENTRY = {
  to: 'm/x',
  sources: ['deb [trusted=yes] https://u.example x main'],
  packages: ['a', 'lib*', 'c++'],
};
const LINES = [
  '  m:',
  '    to: m/x',
  '    sources:',
  '      - deb [trusted=yes] https://u.example x main',
  '    packages: [a, lib*, c++]',
];
const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

test.each([
  ['nothing', '', ['', '', 'mirrors:', ...LINES]],
  ['other keys', text('store: a # x'), ['store: a # x', '', 'mirrors:', ...LINES]],
  ['no line end', 'store: a', ['store: a', '', 'mirrors:', ...LINES]],
  ['a key without a value', text('mirrors:', '', 'store: a'), ['mirrors:', ...LINES, '', 'store: a']],
  [
    'other mirrors, further to the right',
    text('mirrors:', '    old: # x', '        to: o', '', '# end', 'store: a'),
    [
      'mirrors:',
      '    old: # x',
      '        to: o',
      ...LINES.map((line) => `  ${line}`),
      '',
      '# end',
      'store: a',
    ],
  ],
])('a mirror comes to %s', (_, before, after) => {
  expect(
    withMirror(before, { name: 'm', entry: { ...ENTRY, packages: ['a', 'lib*', 'c++'] } })
      .split('\n')
      .slice(0, -1),
  ).toEqual(after);
});

test('with its repository, where that is new', () => {
  const repository = { name: 'r', entry: { format: 'deb', channels: ['x'] } };
  expect(withMirror('repositories:\n', { name: 'm', entry: { sources: ['a b'] }, repository })).toBe(
    text(
      'repositories:',
      '  r:',
      '    format: deb',
      '    channels: [x]',
      '',
      'mirrors:',
      '  m:',
      '    sources: [a b]',
    ),
  );
});

test('a mirror goes, and the key with the last one', () => {
  const one = withMirror(text('store: a # x'), { name: 'm', entry: ENTRY });
  const two = withMirror(one, { name: 'n', entry: ENTRY });
  expect(withoutMirror(two, 'n')).toBe(one);
  expect(withoutMirror(withoutMirror(two, 'm'), 'n')).toBe(text('store: a # x'));
});

test('what is there already, or on one line, is refused', () => {
  const one = withMirror('store: a\n', { name: 'm', entry: ENTRY });
  expect(() => withMirror(one, { name: 'm', entry: ENTRY })).toThrow("there is a mirror 'm' already");
  expect(() => withMirror('mirrors: { o: {} }\n', { name: 'm', entry: ENTRY })).toThrow('written in a form');
});
