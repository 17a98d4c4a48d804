import { describe, expect, test } from 'vitest';
import { smallSettings } from '../../tests/support/catalog-kit.ts';
import { sha256Hex } from '../core/digest.ts';
import {
  type Catalog,
  channelView,
  parseCatalog,
  renderedIndexes,
  runEntryOf,
  withDates,
} from './catalog.ts';

const sha256 = sha256Hex('');
const ref = { key: `blob/01k9zzzzzzzzzzzzzzzzzzzzza-${sha256}`, sha256, sizeBytes: 0 };

const catalog: Catalog = {
  settings: smallSettings({ keep: 5, options: { origin: 'Example', byHash: true } }),
  channels: [
    {
      name: 'stable',
      dateMs: 1_800_000_000_000,
      indexes: [
        {
          path: 'dists/stable/main/binary-amd64/Packages',
          component: 'main',
          slots: ['amd64', 'all'],
          segment: 'stanzas',
          files: [
            { encoding: 'plain', sizeBytes: 0, sha256 },
            { encoding: 'gzip', sizeBytes: 20, sha256, from: { tree: `dists/by-hash/${sha256}` } },
            { encoding: 'xz', sizeBytes: 32, sha256, from: { blob: ref.key } },
          ],
          runs: [sha256],
          table: ref,
        },
      ],
    },
  ],
  runs: [{ channel: 'stable', component: 'main', slot: 'amd64', packages: 1, ref }],
};

/** The catalog's JSON with one value replaced. */
function damaged(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(catalog));
  const names = path.split('.');
  const last = names.pop() ?? '';
  names.reduce((inner, name) => inner[name], copy)[last] = value;
  return copy;
}

describe('parseCatalog', () => {
  test('reads what was written, and writes it the same again', () => {
    const text = JSON.stringify(catalog);
    expect(parseCatalog(JSON.parse(text))).toEqual(catalog);
    expect(JSON.stringify(parseCatalog(JSON.parse(text)))).toBe(JSON.stringify(parseCatalog(catalog)));
  });

  test('gives the same text whatever the order of options', () => {
    const options = { byHash: true, origin: 'Example' };
    const turned = { ...catalog, settings: { ...catalog.settings, options } };
    expect(JSON.stringify(parseCatalog(turned))).toBe(JSON.stringify(parseCatalog(catalog)));
  });

  test.each([
    ['channels', {}, 'channels: expected a list'],
    ['settings.keep', 'five', 'settings: keep: expected a whole number'],
    ['settings.options', { a: null }, 'settings: options: a: expected text'],
    ['channels.0.indexes.0.files.1.encoding', 'bzip2', "unknown encoding 'bzip2'"],
    ['channels.0.indexes.0.files.1.from', {}, 'tree: expected text'],
    ['runs.0.ref.key', `log/0000000001.json-${sha256}`, 'names no blob'],
  ])('refuses a wrong %s and says so', (path, value, message) => {
    expect(() => parseCatalog(damaged(path, value))).toThrow(message);
  });
});

test('runEntryOf finds a run, and none where no package is', () => {
  const key = { channel: 'stable', component: 'main', slot: 'amd64' };
  expect(runEntryOf(catalog, key)).toBe(catalog.runs[0]);
  expect(runEntryOf(catalog, { ...key, slot: 'all' })).toBeUndefined();
});

test('channelView has the slots that hold packages, by component', () => {
  const view = channelView(catalog, 'stable');
  expect(view?.channel).toEqual({ name: 'stable', options: {} });
  expect(view?.slots).toEqual(new Map([['main', new Set(['amd64'])]]));
  expect(channelView(catalog, 'testing')).toBeUndefined();
});

test('renderedIndexes are what a format renders pointers from', () => {
  const [index] = catalog.channels.flatMap(renderedIndexes);
  expect(index?.plan.encodings).toEqual(['gzip', 'xz']);
  expect(index?.files.map((file) => file.encoding)).toEqual(['plain', 'gzip', 'xz']);
});

test('withDates changes the dates of the channels it names', () => {
  expect(withDates(catalog, new Map([['stable', 5_000]])).channels[0]?.dateMs).toBe(5_000);
  expect(withDates(catalog, new Map([['testing', 5_000]]))).toEqual(catalog);
});
