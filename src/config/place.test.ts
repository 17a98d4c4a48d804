import { describe, expect, test } from 'vitest';
import type { RepositorySettings } from '../formats/format.ts';
import { fillPlace, formatPlace, parsePlace, splitRevision } from './place.ts';

const settings: RepositorySettings = {
  format: 'deb',
  channels: [
    { name: 'stable', options: {} },
    { name: '24.10.4', options: {} },
  ],
  components: ['main', 'non-free'],
  architectures: [],
  options: {},
};

describe('what is left out is the first one of the settings', () => {
  test.each([
    ['tools', 'tools/stable/main'],
    ['tools/24.10.4', 'tools/24.10.4/main'],
    ['tools/stable/non-free', 'tools/stable/non-free'],
  ])('%s is %s', (typed, full) => {
    expect(formatPlace(fillPlace(parsePlace(typed), settings))).toBe(full);
  });
});

describe('a revision stands behind the repository', () => {
  test.each([
    ['tools', 'tools', undefined],
    ['tools/stable', 'tools/stable', undefined],
    ['tools@12', 'tools', '12'],
    ['tools@2026.11/stable/main', 'tools/stable/main', '2026.11'],
    ['tools/stable@12', 'tools/stable@12', undefined],
  ])('%s', (text, place, revision) => {
    expect(splitRevision(text)).toEqual({ place, revision });
  });

  test.each(['tools@', 'tools@/stable', 'tools@a b', 'tools@1@2'])('%j has none', (text) => {
    expect(() => splitRevision(text)).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }));
  });
});

describe('no place', () => {
  test.each([
    '',
    '/',
    'tools/',
    '/stable',
    'tools//main',
    'a/b/c/d',
    'Tools',
    '../x',
    'tools/..',
    'tools/a b',
    'tools/\n',
  ])('%j', (typed) => {
    expect(() => parsePlace(typed)).toThrow(expect.objectContaining({ code: 'CLI_USAGE', exitCode: 2 }));
  });
});

test('a channel that the repository lacks', () => {
  expect(() => fillPlace(parsePlace('tools/stabel'), settings)).toThrow(
    expect.objectContaining({
      code: 'PLACE_NOT_FOUND',
      message: "repository 'tools' has no channel 'stabel'; it has stable, 24.10.4",
      hint: "Did you mean 'stable'?",
    }),
  );
  expect(() => fillPlace(parsePlace('tools/stable/universe'), settings)).toThrow(
    expect.objectContaining({ code: 'PLACE_NOT_FOUND', hint: 'Add it to pakhus.yaml and run pakhus apply.' }),
  );
});
