import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStanza } from '../../codec/deb822.ts';
import { parseRelationField } from '../shared/relation-field.ts';
import { readRelations, relationProblem } from './relations.ts';

const alternatives = { alternatives: true };

describe('a field of relations', () => {
  test.each([
    ['', []],
    ['foo', [[{ name: 'foo' }]]],
    ['foo, bar', [[{ name: 'foo' }], [{ name: 'bar' }]]],
    ['foo|bar', [[{ name: 'foo' }, { name: 'bar' }]]],
    ['foo ,\n bar\t|\n  baz', [[{ name: 'foo' }], [{ name: 'bar' }, { name: 'baz' }]]],
    ['foo (>= 1:2~rc1-3)', [[{ name: 'foo', operator: '>=', version: '1:2~rc1-3' }]]],
    ['foo(<<1.5)', [[{ name: 'foo', operator: '<<', version: '1.5' }]]],
    ['foo ( = 1 ) , b', [[{ name: 'foo', operator: '=', version: '1' }], [{ name: 'b' }]]],
    ['foo (< 1)', [[{ name: 'foo', operator: '<=', version: '1' }]]],
    ['foo (> 1)', [[{ name: 'foo', operator: '>=', version: '1' }]]],
    ['foo (1.2.3)', [[{ name: 'foo', operator: '=', version: '1.2.3' }]]],
    ['python3:any (>= 3.9)', [[{ name: 'python3', architecture: 'any', operator: '>=', version: '3.9' }]]],
    ['libfoo++1:arm64', [[{ name: 'libfoo++1', architecture: 'arm64' }]]],
  ])('%j', (value, groups) => {
    expect(parseRelationField(value, alternatives)).toEqual({ groups, problem: undefined });
  });

  test.each([
    ['foo,', 'it ends with ","'],
    ['foo |', 'it ends with "|"'],
    ['foo,,bar', 'a package name is missing'],
    ['|foo', 'a package name is missing'],
    [',', 'a package name is missing'],
    ['\n foo', 'its first line is empty'],
    ['foo bar', '"bar" is out of place'],
    ['foo (= 1) bar', '"bar" is out of place'],
    ['foo (= 1))', '")" is out of place'],
    ['foo)', '")" is out of place'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a package looks like whose template was not filled in
    ['${misc:Depends}', 'package name "${misc": it does not begin with a letter or digit'],
    ['foo/bar', 'package name "foo/bar": it has characters other than A-Z a-z 0-9 + - . _'],
    ['-foo', 'package name "-foo": it does not begin with a letter or digit'],
    ['foo:', 'foo: has no architecture after the colon'],
    ['foo:a_b', 'foo:a_b has no architecture after the colon'],
    ['foo (>= )', 'version "" of foo: it is empty'],
    ['foo (>= 1_2)', 'version "1_2" of foo: it has characters other than A-Z a-z 0-9 . + - ~ :'],
    ['foo (>= a)', 'version "a" of foo: it does not start with a digit'],
    ['foo (>= 1 2)', 'the version of foo has no closing parenthesis'],
    ['foo (>= 1, bar', 'the version of foo has no closing parenthesis'],
    ['foo (=1)', 'apt needs a space in the version of foo: (= 1)'],
    ['foo (1)', 'apt needs a space in the version of foo: (= 1)'],
    ['foo [amd64]', 'foo has a restriction, which only source packages can have'],
    ['foo <!nocheck>', 'foo has a restriction, which only source packages can have'],
  ])('%j is refused', (value, problem) => {
    expect(parseRelationField(value, alternatives).problem).toBe(problem);
  });

  test('words that are too long for apt are refused', () => {
    const problem = (value: string) => parseRelationField(value, alternatives).problem;
    expect(problem('a'.repeat(1025))).toContain('it is longer than 1024 characters');
    expect(problem(`foo (= ${'1'.repeat(1025)})`)).toContain('it is longer than 1024 characters');
  });

  test('(=1) is fine for apt where more follows', () => {
    expect(parseRelationField('foo (=1), bar', alternatives).problem).toBeUndefined();
  });

  test('passes over restrictions and gaps, and keeps the rest', () => {
    const { groups } = parseRelationField('\n a [amd64 !i386] <!nocheck> <cross>, , b <x>|c,', alternatives);
    expect(groups).toEqual([[{ name: 'a' }], [{ name: 'b' }, { name: 'c' }]]);
  });

  test('gives back what was put together', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,6}$/);
    const relation = fc.record(
      {
        name: word,
        architecture: fc.constantFrom('any', 'arm64'),
        operator: fc.constantFrom('<<', '<=', '=', '>=', '>>'),
        version: fc.stringMatching(/^[0-9][a-z0-9.~]{0,5}$/),
      },
      { requiredKeys: ['name', 'operator', 'version'] },
    );
    const blank = fc.constantFrom('', ' ', '\n ', '\t');
    fc.assert(
      fc.property(
        fc.array(fc.array(relation, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        blank,
        (groups, gap) => {
          const atom = (it: (typeof groups)[number][number]) =>
            `${it.name}${it.architecture === undefined ? '' : `:${it.architecture}`}${gap}(${it.operator} ${it.version})`;
          const value = groups.map((group) => group.map(atom).join(`${gap}|${gap}`)).join(`${gap},${gap}`);
          expect(parseRelationField(value, alternatives)).toEqual({ groups, problem: undefined });
        },
      ),
    );
  });

  test('takes linear time, whatever stands there', () => {
    for (const piece of ['[', '<', '(', ' ', '\n ', 'a ', 'a(', 'a (=', '|', ',', 'a [b', ':', 'a:b:']) {
      expect(parseRelationField(`x${piece.repeat(200_000)}!`, alternatives).problem).toBeDefined();
    }
  });
});

describe('the relations of a package', () => {
  test('are those of its fields, in any case and folded', () => {
    const metadata = [
      'Package: a',
      'Pre-Depends: dpkg (>= 1.15.6~)',
      'DEPENDS: b,',
      ' c | d',
      'Recommends: e',
      'Suggests: f',
      'Conflicts: g',
      'Breaks: h (<< 2)',
      'Provides: i (= 1.4), j',
    ].join('\n');
    const record = {
      name: 'a',
      version: '1',
      architecture: 'all',
      path: 'a.deb',
      sizeBytes: 1,
      sha256: '',
      metadata,
    };
    expect(readRelations(record)).toEqual({
      depends: [
        [{ name: 'dpkg', operator: '>=', version: '1.15.6~' }],
        [{ name: 'b' }],
        [{ name: 'c' }, { name: 'd' }],
      ],
      recommends: [[{ name: 'e' }]],
      conflicts: [{ name: 'g' }, { name: 'h', operator: '<<', version: '2' }],
      provides: [{ name: 'i', operator: '=', version: '1.4' }, { name: 'j' }],
    });
  });

  test.each([
    ['Depends: a', undefined],
    ['Built-Using: a,', undefined],
    ['depends: a,', { field: 'depends', problem: 'it ends with ","' }],
    ['Suggests: a (', { field: 'Suggests', problem: expect.stringContaining('a') }],
    ['Provides: a | b', { field: 'Provides', problem: 'it cannot have alternatives (|)' }],
    ['Recommended: a,', { field: 'Recommended', problem: 'it ends with ","' }],
  ])('%j', (text, problem) => {
    expect(relationProblem(parseStanza(text, { name: 'x' }))).toEqual(problem);
  });
});
