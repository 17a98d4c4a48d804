import { describe, expect, test } from 'vitest';
import type { FormatOptions, RepositorySettings } from '../format.ts';
import { checkSettings } from './check-settings.ts';
import { DEB_OPTIONS } from './options.ts';

function settings(changes: Partial<RepositorySettings> = {}): RepositorySettings {
  return {
    format: 'deb',
    channels: [{ name: 'stable', options: {} }],
    components: ['main'],
    architectures: [],
    options: {},
    ...changes,
  };
}

const ofChannel = (options: FormatOptions, name = 'stable') => settings({ channels: [{ name, options }] });
const ofRepository = (options: FormatOptions) => settings({ options });

describe('settings that are fine', () => {
  test.each([
    ['none', settings()],
    [
      'names',
      settings({ channels: [{ name: '24.04_x~y+z', options: {} }], components: ['main', 'non-free'] }),
    ],
    ['architectures', settings({ architectures: ['amd64', 'all', 'kfreebsd-amd64', 'musl-linux-armhf'] })],
    ['options of the repository', ofRepository({ origin: 'Example Inc.', label: 'Ä', description: 'x: y' })],
    ['flags', ofChannel({ notAutomatic: true, butAutomaticUpgrades: true, validForDays: 7 })],
    ['a codename beside the suite', ofChannel({ suite: 'stable', codename: 'trixie', version: '13' })],
    ['a suite beside the codename', ofChannel({ suite: 'stable' }, 'trixie')],
    ['compression', ofRepository({ compression: 'gzip zstd' })],
  ])('%s', (_title, it) => {
    expect(() => checkSettings(it)).not.toThrow();
  });
});

describe('settings that are refused', () => {
  test.each([
    ['no channel', settings({ channels: [] }), 'there is no channel'],
    ['no component', settings({ components: [] }), 'there is no component'],
    [
      'a channel with a slash',
      ofChannel({}, 'stable/updates'),
      'channel "stable/updates": expected up to 64 letters',
    ],
    ['a channel that leaves', ofChannel({}, '..'), 'channel "..": expected'],
    ['a channel of two lines', ofChannel({}, 'a\nSuite: b'), 'channel "a\\nSuite: b": expected'],
    ['a component of two words', settings({ components: ['a b'] }), 'component "a b": expected'],
    ['a component twice', settings({ components: ['main', 'main'] }), 'component main is there twice'],
    [
      'a component called as a pointer',
      settings({ components: ['InRelease'] }),
      'component InRelease: files',
    ],
    [
      'an architecture of two words',
      settings({ architectures: ['a b'] }),
      'architecture "a b": it has characters',
    ],
    ['any as architecture', settings({ architectures: ['any'] }), 'architecture "any": a package is for one'],
    ['an unknown option', ofRepository({ orign: 'x' }), 'option "orign" of the repository is unknown'],
    [
      'a name of the prototype',
      ofChannel({ constructor: 'x' }),
      'option "constructor" of channel stable is unknown',
    ],
    [
      'a suite for all channels',
      ofRepository({ suite: 'stable' }),
      'option suite of the repository: each channel',
    ],
    [
      'a text that is none',
      ofRepository({ origin: true }),
      'option origin of the repository: expected text, found true',
    ],
    ['two lines', ofRepository({ origin: 'a\nSuite: b' }), 'expected one line'],
    ['blanks around', ofRepository({ label: ' a' }), 'option label of the repository: expected one line'],
    ['an empty text', ofRepository({ description: '' }), 'expected one line'],
    ['a long text', ofRepository({ label: 'x'.repeat(201) }), 'up to 200 characters'],
    ['a flag that is none', ofChannel({ notAutomatic: 'yes' }), 'expected true or false, found "yes"'],
    ['no days', ofChannel({ validForDays: 0 }), 'expected a whole number from 1 to 36500, found 0'],
    ['half a day', ofChannel({ validForDays: 0.5 }), 'found 0.5'],
    [
      'a suite of two words',
      ofChannel({ suite: 'a b', codename: 'stable' }),
      'option suite of channel stable: expected one word',
    ],
    [
      'names that apt warns of',
      ofChannel({ suite: 'a', codename: 'b' }),
      'apt warns unless one of them is stable',
    ],
    ['upgrades of nothing', ofChannel({ butAutomaticUpgrades: true }), 'means nothing without notAutomatic'],
    [
      'an unknown compression',
      ofRepository({ compression: 'gzip bzip2' }),
      'expected some of gzip, xz, zstd, plain',
    ],
    ['no compression', ofRepository({ compression: ',' }), 'expected some of gzip, xz, zstd, plain'],
  ])('%s', (_title, it, message) => {
    expect(() => checkSettings(it)).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringContaining(message) }),
    );
  });

  test.each([
    ['orign', 'origin'],
    ['Origin', 'origin'],
    ['validDays', 'validForDays'],
    ['not-automatic', 'notAutomatic'],
    ['compress', 'compression'],
  ])('%s: did you mean %s?', (wrong, right) => {
    const hint = expect.stringContaining(`Did you mean ${right}?`);
    expect(() => checkSettings(ofChannel({ [wrong]: 'x' }))).toThrow(
      expect.objectContaining({ hint, details: { option: wrong } }),
    );
  });

  test('a slash has a hint', () => {
    const hint = 'Write stable-updates instead.';
    expect(() => checkSettings(ofChannel({}, 'stable/updates'))).toThrow(expect.objectContaining({ hint }));
  });
});

test('each option says what it is', () => {
  for (const option of Object.values(DEB_OPTIONS)) expect(option.about).toMatch(/\.$/);
});
