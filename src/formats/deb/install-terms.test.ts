import { describe, expect, test } from 'vitest';
import { createTermsReader, mentionedNames } from './install-terms.ts';

const METADATA = [
  'Package: app',
  'Pre-Depends: init',
  'depends: libc6 (>= 2.36), python3:any |\n  pypy3 (<< 9) , wine32:i386, sh:native,',
  'Description: Depends: not this',
  ' Depends: nor this',
  'Recommends: other',
  'Breaks : old (<< 2)',
  'Conflicts: foe, far:i386',
  'Provides: mta, app-api (= 1.2), odd (>= 1)',
  'Multi-Arch: allowed',
].join('\n');
const APP = { name: 'app', version: '1.0', metadata: METADATA };

describe('terms', () => {
  const reader = createTermsReader('amd64');
  const terms = reader.read(APP);

  test('needs are Pre-Depends and Depends, as they are written', () => {
    expect(terms.needs.map(reader.textOf)).toEqual([
      'init',
      'libc6 (>= 2.36)',
      'python3:any |\n  pypy3 (<< 9)',
      'wine32:i386',
      'sh:native',
    ]);
  });

  test('relations have qualifiers in their names; none is left of one to another architecture', () => {
    expect(terms.needs.map(reader.relationsOf)).toEqual([
      [{ name: 'init' }],
      [{ name: 'libc6', operator: '>=', version: '2.36' }],
      [{ name: 'python3:any' }, { name: 'pypy3', operator: '<<', version: '9' }],
      [],
      [{ name: 'sh' }],
    ]);
    expect(terms.conflicts.map(reader.relationsOf)).toEqual([
      [{ name: 'old', operator: '<<', version: '2' }],
      [{ name: 'foe' }],
      [],
    ]);
  });

  test('it provides with a version only where apt believes it, and for any architecture where that is allowed', () => {
    expect(terms.provides).toEqual([
      { name: 'mta', version: undefined },
      { name: 'app-api', version: '1.2' },
      { name: 'app:any', version: '1.0' },
      { name: 'mta:any', version: undefined },
      { name: 'app-api:any', version: '1.2' },
    ]);
  });

  test('what it recommends is told apart from what it needs', () => {
    expect(reader.recommends(APP).map(reader.relationsOf)).toEqual([[{ name: 'other' }]]);
    expect(reader.recommends({ metadata: 'Package: b' })).toEqual([]);
  });

  test('the same text is the same clause, and another text another one', () => {
    const [, libc6] = terms.needs;
    const other = reader.read({ name: 'b', version: '1', metadata: 'Depends: x,libc6 (>= 2.36)' });
    expect(other.needs[1]).toBe(libc6);
    expect(other.needs[0]).not.toBe(libc6);
  });

  test('clauses are told apart in whatever number', () => {
    const texts = Array.from({ length: 50_000 }, (_, i) => `lib${i} (>= ${i % 7})`);
    const { read, textOf } = createTermsReader('amd64');
    const { needs } = read({ name: 'a', version: '1', metadata: `Depends: ${texts.join(', ')}` });
    expect(needs.map(textOf)).toEqual(texts);
    expect(new Set(needs).size).toBe(texts.length);
  });

  test('a package may have none', () => {
    expect(reader.read({ name: 'b', version: '1', metadata: 'Package: b' })).toEqual({
      provides: [],
      needs: [],
      conflicts: [],
    });
  });
});

test('mentioned names are those of all relations, without qualifiers', () => {
  const { related, provided } = mentionedNames(APP);
  expect([...related]).toEqual(['init', 'libc6', 'python3', 'pypy3', 'wine32', 'sh', 'old', 'foe', 'far']);
  expect([...provided]).toEqual(['mta', 'app-api', 'odd']);
});
