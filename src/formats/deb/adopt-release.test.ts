import { expect, test } from 'vitest';
import type { ListedChannel } from '../adoption.ts';
import { readRelease } from './adopt-release.ts';

const SHA256 = 'a'.repeat(64);

function read(
  fields: readonly string[],
  files: readonly string[] = ['main/binary-amd64/Packages'],
): ListedChannel {
  const date = 'Date: Thu, 01 Jan 2026 00:00:00 UTC';
  const list = files.map((file) => ` ${SHA256} 1 ${file}`);
  const text = [date, 'Components: main', ...fields, 'SHA256:', ...list, ''].join('\n');
  return readRelease(Buffer.from(text), { channel: 'bookworm', name: 'dists/bookworm/Release' });
}

test.each([
  [['Suite: stable', 'Codename: bookworm'], { origin: '', suite: 'stable' }],
  [['Suite: bookworm', 'Origin: A', 'Label: A'], { codename: '', origin: 'A' }],
  [['Codename: bookworm', 'Origin: A'], { label: '', origin: 'A', suite: '' }],
  [['Codename: bookworm', 'Suite: bookworm', 'Version: 12.1'], { origin: '', version: '12.1' }],
  [['Codename: bookworm', 'Suite: bookworm', 'NotAutomatic: yes'], { notAutomatic: true, origin: '' }],
  [['Codename: bookworm', 'Suite: bookworm', 'ButAutomaticUpgrades: yes'], { origin: '' }],
  [
    ['Codename: bookworm', 'Suite: bookworm', 'Valid-Until: Thu, 08 Jan 2026 00:00:00 UTC'],
    { origin: '', validForDays: 7 },
  ],
  [['Codename: bookworm', 'Suite: bookworm', 'Valid-Until: Tue, 01 Jan 2126 00:00:00 UTC'], { origin: '' }],
])('%j are options', (fields, options) => {
  expect(read(fields).settings.options).toEqual(options);
});

test('forms of an index are one index, whatever pakhus makes of them', () => {
  const { indexes } = read(
    [],
    [
      'main/binary-amd64/Packages',
      'main/binary-amd64/Packages.gz',
      'main/binary-amd64/Packages.bz2',
      'main/debian-installer/binary-amd64/Packages.xz',
      'main/binary-amd64/Release',
      'other/binary-amd64/Packages',
    ],
  );
  expect(indexes.map(({ path, udeb, files }) => [path, udeb, files.map(({ encoding }) => encoding)])).toEqual(
    [
      ['dists/bookworm/main/binary-amd64/Packages', false, ['plain', 'gzip', undefined]],
      ['dists/bookworm/main/debian-installer/binary-amd64/Packages', true, ['xz']],
    ],
  );
});

test('what else is listed is told apart', () => {
  const { lost } = read(
    ['Changelogs: no', 'Acquire-By-Hash: yes'],
    [
      'main/source/Sources.xz',
      'main/i18n/Translation-en.xz',
      'main/Contents-amd64.gz',
      'Contents-all.gz',
      'main/installer-amd64/current/images/SHA256SUMS',
      'main/binary-amd64/Packages.diff/Index',
    ],
  );
  expect(lost).toEqual({
    sources: ['main/source/Sources'],
    translations: ['main/i18n/Translation-en'],
    contents: ['main/Contents-amd64', 'Contents-all'],
    others: ['main/installer-amd64/current/images/SHA256SUMS'],
    fields: ['Changelogs'],
  });
});

test('an empty list of sources is nothing that anybody loses', () => {
  const text = [
    'Date: Thu, 01 Jan 2026 00:00:00 UTC',
    'SHA256:',
    ` ${SHA256} 0 main/source/Sources`,
    ` ${SHA256} 20 main/source/Sources.gz`,
    '',
  ].join('\n');
  expect(readRelease(Buffer.from(text), { channel: 'x', name: 'x' }).lost.sources).toEqual([]);
});

test.each([
  ['components', [`Components: ${Array.from({ length: 3000 }, (_, at) => `c${at}`).join(' ')}`]],
  [
    'architectures',
    ['Components: a b', `Architectures: ${Array.from({ length: 3000 }, (_, at) => `a${at}`).join(' ')}`],
  ],
])('more %s than anybody needs are refused', (_name, fields) => {
  const text = ['Date: Thu, 01 Jan 2026 00:00:00 UTC', ...fields, 'SHA256:', ` ${SHA256} 1 x`, ''].join('\n');
  expect(() => readRelease(Buffer.from(text), { channel: 'x', name: 'x' })).toThrow(/than anybody needs/);
});

test('100,000 files are read in a moment', () => {
  const lines = Array.from({ length: 99_000 }, (_, at) => ` ${SHA256} 1 main/i18n/Translation-${at}.xz`);
  const text = ['Date: Thu, 01 Jan 2026 00:00:00 UTC', 'SHA256:', ...lines, ''].join('\n');
  expect(readRelease(Buffer.from(text), { channel: 'x', name: 'x' }).lost.translations).toHaveLength(99_000);
});

test('components of Debian security suites are named after another suite, and lie in folders that are not', () => {
  const lines = ['Date: Thu, 01 Jan 2026 00:00:00 UTC', 'Components: updates/main', 'SHA256:'];
  const text = [...lines, ` ${SHA256} 1 main/binary-amd64/Packages`, ''].join('\n');
  const { components, indexes } = readRelease(Buffer.from(text), { channel: 'x', name: 'x' });
  expect(components).toEqual(['main']);
  expect(indexes.map(({ component }) => component)).toEqual(['main']);
});
