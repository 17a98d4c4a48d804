import { describe, expect, test } from 'vitest';
import { installRules } from '../../formats/deb/install-rules.ts';
import { compareVersions } from '../../formats/shared/dpkg-version.ts';
import { readOffers } from './offers.ts';
import { type Selection, type SelectOptions, selectPackages, whyChosen } from './select-packages.ts';
import type { Wish } from './wishes.ts';

/** `name version` and further fields. */
type Spec = readonly [string, ...string[]];

function stanzas(specs: readonly Spec[]): string {
  return specs
    .map(([first, ...fields]) => {
      const [name, version = '1', architecture = 'amd64'] = first.split(' ');
      const own = [`Package: ${name}`, `Version: ${version}`, `Architecture: ${architecture}`];
      return `${[...own, ...fields].join('\n')}\n\n`;
    })
    .join('');
}

const wish = (pattern: string, other: Partial<Wish> = {}): Wish => ({
  ...{ by: 'name', pattern, required: true },
  ...other,
});
const optional = (pattern: string): Wish => wish(pattern, { required: false });

function select(
  indexes: readonly (readonly Spec[])[],
  wishes: readonly Wish[],
  other: Partial<SelectOptions> = {},
): Selection & { readonly names: readonly string[]; readonly problems: readonly string[] } {
  const rules = { install: installRules, architecture: 'amd64', compareVersions };
  const offers = readOffers(indexes.map(stanzas), rules);
  const selection = selectPackages(offers, wishes, { ...rules, recommends: false, strict: false, ...other });
  return {
    ...selection,
    names: [...selection.chosen.values()].map(({ offer: { name, version } }) => `${name} ${version}`).sort(),
    problems: selection.missing.map(({ name, problem }) =>
      name === undefined ? problem : `${name}: ${problem}`,
    ),
  };
}

describe('what is meant', () => {
  const index: readonly Spec[] = [
    ['curl 1'],
    ['curl 3'],
    ['libcurl4 1', 'Section: libs'],
    ['netcat 1', 'Section: contrib/net', 'Priority: optional'],
    ['base 1', 'Priority: required'],
    ['foreign 1 arm64'],
    ['shared 1 all'],
    ['mta-one 1', 'Provides: mta'],
  ];

  test.each([
    [wish('curl'), ['curl 3']],
    [wish('*curl*'), ['curl 3', 'libcurl4 1']],
    [wish('net', { by: 'section' }), ['netcat 1']],
    [wish('required', { by: 'priority' }), ['base 1']],
    [wish('shared'), ['shared 1']],
    [wish('mta'), ['mta-one 1']],
  ])('%j', (one, names) => {
    expect(select([index], [one])).toMatchObject({ names, missing: [] });
  });

  test('of several indexes the newest version counts, and of equal ones the first', () => {
    const { chosen, names } = select(
      [
        [['a 1'], ['b 1']],
        [['a 2'], ['b 1']],
      ],
      [wish('*')],
    );
    expect(names).toEqual(['a 2', 'b 1']);
    expect([...chosen.values()].map(({ offer }) => offer.index)).toEqual([1, 0]);
  });

  test('what is not there is told, with the name that was perhaps meant', () => {
    const { missing, names } = select([index], [wish('crul'), optional('nothing*'), wish('foreign')]);
    expect(names).toEqual([]);
    expect(missing.map(({ required, problem }) => [required, problem])).toEqual([
      [true, 'there is no such package; did you mean curl?'],
      [true, 'there is no such package'],
      [false, 'there is no such package'],
    ]);
  });
});

describe('what comes along', () => {
  const needs = (text: string): string => `Depends: ${text}`;

  test('all that is needed, whoever needs it, in a circle as well', () => {
    const index: readonly Spec[] = [
      ['app', 'Pre-Depends: init', needs('lib (>= 2)')],
      ['init'],
      ['lib 2', needs('data, lib-bin')],
      ['data 1 all', needs('lib')],
      ['lib-bin', needs('lib (= 2)')],
      ['other'],
    ];
    expect(select([index], [wish('app')]).names).toEqual(['app 1', 'data 1', 'init 1', 'lib 2', 'lib-bin 1']);
  });

  test.each([
    ['the first alternative', 'a | b', [], ['a 1', 'app 1']],
    ['one that is there anyway', 'a | b', ['b'], ['app 1', 'b 1']],
    ['the next one where the first is too old', 'a (>= 2) | b', [], ['app 1', 'b 1']],
    ['the next one where the first needs what nobody has', 'broken | b', [], ['app 1', 'b 1']],
    ['the package of that name before those that provide it', 'virtual', [], ['app 1', 'virtual 1']],
    ['who provides it', 'only-virtual', [], ['app 1', 'giver 1']],
    ['who provides it in that version', 'versioned (>= 2)', [], ['app 1', 'giver 1']],
    ['for any architecture', 'python:any', [], ['app 1', 'python 1']],
    ['nothing for another architecture', 'wine:i386', [], ['app 1']],
  ])('%s', (_, need, others, names) => {
    const index: readonly Spec[] = [
      ['app', needs(need)],
      ['a'],
      ['b'],
      ['broken', needs('a (>= 9)')],
      ['giver', 'Provides: virtual, only-virtual, versioned (= 2)'],
      ['virtual'],
      ['python', 'Multi-Arch: allowed'],
    ];
    expect(
      select(
        [index],
        [...others, 'app'].map((name) => wish(name)),
      ),
    ).toMatchObject({ names, missing: [] });
  });

  test('recommended packages on request, and what they need and recommend', () => {
    const index: readonly Spec[] = [
      ['app', 'Recommends: nice | b, gone, broken'],
      ['nice', needs('lib'), 'Recommends: nicer'],
      ['lib'],
      ['nicer'],
      ['b'],
      ['broken', needs('b (>= 9)')],
    ];
    expect(select([index], [wish('app')]).names).toEqual(['app 1']);
    const { names, missing, chosen } = select([index], [wish('app')], { recommends: true });
    expect(names).toEqual(['app 1', 'lib 1', 'nice 1', 'nicer 1']);
    expect(missing).toEqual([]);
    const required = [...chosen.values()].filter((one) => one.required).map(({ offer }) => offer.name);
    expect(required).toEqual(['app']);
  });

  test('a need that nobody meets leaves the package out, and says which', () => {
    const index: readonly Spec[] = [['app', needs('lib')], ['lib', needs('x (>= 2)')], ['x 1'], ['tool']];
    const { names, problems, missing } = select([index], [wish('app'), wish('tool'), wish('l*')]);
    expect(names).toEqual(['tool 1']);
    expect(problems).toEqual(['app: app needs lib, lib needs x (>= 2)', 'lib: lib needs x (>= 2)']);
    expect(missing.map(({ required }) => required)).toEqual([true, false]);
  });

  test('a name that nobody has comes from elsewhere, unless nothing may', () => {
    const index: readonly Spec[] = [
      ['app', needs('libc6 (>= 2), a | base, old (>= 2) | new')],
      ['a'],
      ['old'],
    ];
    const lenient = select([index], [wish('app')]);
    expect(lenient).toMatchObject({ names: ['a 1', 'app 1'], missing: [] });
    expect(lenient.elsewhere).toEqual(['libc6 (>= 2)', 'old (>= 2) | new']);
    const strict = select([index], [wish('app')], { strict: true });
    expect(strict).toMatchObject({ names: [], problems: ['app: app needs libc6 (>= 2)'], elsewhere: [] });
  });

  test('what cannot be had is not chosen, nor what needs it', () => {
    const index: readonly Spec[] = [['app', needs('a | b')], ['a'], ['b'], ['tool', needs('a')]];
    const { names, problems } = select([index], [wish('app'), optional('tool'), optional('a')], {
      without: ({ name }) => name === 'a',
    });
    expect(names).toEqual(['app 1', 'b 1']);
    expect(problems).toEqual(['tool: tool needs a', 'a: it cannot be had']);
  });
});

test('why: from the package back to the wish', () => {
  const index: readonly Spec[] = [
    ['app', 'Depends: lib (>= 1) | other'],
    ['lib', 'Recommends: docs'],
    ['docs'],
  ];
  const selection = select([index], [wish('a*')], { recommends: true });
  const steps = whyChosen(selection, 'docs').map(({ offer, because }) => [
    offer.name,
    'wish' in because
      ? because.wish.pattern
      : `${because.recommended ? 'recommended' : 'needed'} ${because.clause}`,
  ]);
  expect(steps).toEqual([
    ['docs', 'recommended docs'],
    ['lib', 'needed lib (>= 1) | other'],
    ['app', 'a*'],
  ]);
  expect(whyChosen(selection, 'nobody')).toEqual([]);
});
