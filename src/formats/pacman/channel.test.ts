import { describe, expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import type { ChannelView, PackageMeta, PackageRecord, RepositorySettings } from '../format.ts';
import { pacman } from './index.ts';

const settings = (own: Partial<RepositorySettings> = {}): RepositorySettings => ({
  format: 'pacman',
  channels: [
    { name: 'stable', options: {} },
    { name: 'testing', options: {} },
  ],
  components: ['main'],
  architectures: [],
  options: { database: 'tools' },
  ...own,
});

function view(
  channel: string,
  own: Partial<RepositorySettings> = {},
  slots: readonly string[] = [],
): ChannelView {
  const all = settings(own);
  const found = all.channels.find(({ name }) => name === channel) ?? { name: channel, options: {} };
  return { settings: all, channel: found, slots: new Map([['main', new Set(slots)]]) };
}

const paths = (of: ChannelView): readonly string[] => {
  const indexes = pacman.planIndexes(of).map((plan) => ({ plan, files: [] }));
  return pacman.renderChannel(of, { indexes, dateMs: 0 }).map(({ path }) => path);
};

describe('databases', () => {
  test('one for each architecture, with the packages for all of them; the list of files comes first', () => {
    expect(pacman.planIndexes(view('stable', {}, ['any', 'x86_64', 'aarch64']))).toMatchObject([
      { path: 'aarch64/tools.files.tar', slots: ['any', 'aarch64'], segment: 'files', encodings: ['gzip'] },
      { path: 'aarch64/tools.db.tar', slots: ['any', 'aarch64'], segment: 'db', encodings: ['gzip'] },
      { path: 'x86_64/tools.files.tar', slots: ['any', 'x86_64'], segment: 'files' },
      { path: 'x86_64/tools.db.tar', slots: ['any', 'x86_64'], segment: 'db' },
    ]);
  });

  test('another channel is another database in the same folder', () => {
    expect(paths(view('testing'))).toEqual(['x86_64/tools-testing.files', 'x86_64/tools-testing.db']);
  });

  test('a channel can have a name of its own, another compression, and signatures', () => {
    const channels = [
      { name: 'stable', options: { database: 'core', compression: 'zstd', signDatabase: true } },
    ];
    expect(paths(view('stable', { channels, architectures: ['aarch64'] }))).toEqual([
      'aarch64/core.files.sig',
      'aarch64/core.files',
      'aarch64/core.files.tar.zst.sig',
      'aarch64/core.db.sig',
      'aarch64/core.db',
      'aarch64/core.db.tar.zst.sig',
    ]);
  });
});

describe('a package', () => {
  const read = (file: string): Promise<PackageMeta> =>
    pacman.readPackage(memorySource(file, fixtureBytes(`pacman/x86_64/${file}`)));
  const place = { settings: settings(), channel: 'stable', component: 'main', sha256: 'ab'.repeat(32) };

  test.each([
    [
      'gatepost-0.9-1-any.pkg.tar.gz',
      'any/gatepost-0.9-1-any.pkg.tar.gz',
      'any/gatepost-0.9-1-any.abababababab.pkg.tar.gz',
    ],
    [
      'latch-1-1-x86_64.pkg.tar',
      'x86_64/latch-1-1-x86_64.pkg.tar',
      'x86_64/latch-1-1-x86_64.abababababab.pkg.tar',
    ],
  ])('%s lies in the folder of its architecture, whatever its bytes', async (file, usual, apart) => {
    const meta = await read(file);
    const found = [false, true].map((isApart) => pacman.packagePath(meta, { ...place, apart: isApart }));
    expect(found).toEqual([usual, apart]);
    expect(found.map((path) => pacman.kindOf(path))).toEqual(['package', 'package']);
  });

  test('for all of them is copied beside every database, with its signature', async () => {
    const { slot: _, lints: __, ...meta } = await read('gatepost-0.9-1-any.pkg.tar.gz');
    const metadata = meta.metadata.replace('%LICENSE%', '%PGPSIG%\nAQID\n\n%LICENSE%');
    const path = 'any/gatepost-0.9-1-any.pkg.tar.gz';
    const record: PackageRecord = { ...meta, metadata, path, sizeBytes: 1, sha256: '' };
    const beside = (index: string, segment = 'db') => pacman.companions?.(record, { path: index, segment });
    const copy = 'x86_64/gatepost-0.9-1-any.pkg.tar.gz';
    expect(beside('x86_64/tools.db.tar')).toEqual([
      { path: copy },
      { path: `${path}.sig`, bytes: Buffer.from([1, 2, 3]) },
      { path: `${copy}.sig`, bytes: Buffer.from([1, 2, 3]) },
    ]);
    expect(beside('x86_64/tools.files.tar', 'files')).toEqual([]);
    expect(pacman.kindOf(`${copy}.sig`)).toBe('package');
  });

  test.each([
    'x86_64/tools.db',
    'x86_64/tools.db.tar.gz',
    'x86_64/tools.files.sig',
    'key.asc',
    'x86_64/notes.txt',
  ])('%s is none', (path) => {
    expect(pacman.kindOf(path)).toBeUndefined();
  });

  test('says what it needs and gives', async () => {
    const { slot: _, lints: __, ...meta } = await read('wicket-2:1.4.0+r12.gabcdef0-3-x86_64.pkg.tar.zst');
    const record: PackageRecord = { ...meta, path: 'x', sizeBytes: 1, sha256: '' };
    expect(pacman.relations(record)).toEqual({
      depends: [
        [{ name: 'glibc-fixture', operator: '>=', version: '2.38' }],
        [{ name: 'libfoo.so', operator: '=', version: '1-64' }],
        [{ name: 'gatepost' }],
      ],
      recommends: [
        [{ name: 'wicket-docs' }],
        [{ name: 'python-fixture', operator: '>=', version: '3.12' }],
        [{ name: 'plainopt' }],
      ],
      conflicts: [{ name: 'gate', operator: '<<', version: '2' }, { name: 'oldgate' }],
      provides: [
        { name: 'gate', operator: '=', version: '2' },
        { name: 'libwicket.so', operator: '=', version: '1-64' },
      ],
    });
    expect(pacman.summarise(record)).toMatchObject({
      summary: 'split package with epoch',
      section: 'fences',
      maintainer: 'Fixture <fixture@example.org>',
      homepage: 'https://example.org/wicket',
    });
    expect(pacman.summarise(record).fields).toContainEqual({
      name: 'Build Date',
      value: '2026-01-01T00:00:00.000Z',
    });
  });

  test.each(['gz', 'xz', 'zst', ''])('is recognised by its content or its name: %s', (suffix) => {
    const file = {
      gz: 'gatepost-0.9-1-any.pkg.tar.gz',
      xz: 'gatepost-0.9rc1-1.1-any.pkg.tar.xz',
      zst: 'wicket-docs-2:1.4.0+r12.gabcdef0-3-any.pkg.tar.zst',
      '': 'latch-1-1-x86_64.pkg.tar',
    }[suffix];
    const head = fixtureBytes(`pacman/x86_64/${file}`).subarray(0, 4096);
    expect(pacman.recognise(head, `${file}`)).toBe(true);
    expect(pacman.recognise(head, 'hello')).toBe(suffix === 'gz' || suffix === '');
  });

  test('of another format is not recognised', () => {
    expect(pacman.recognise(fixtureBytes('hostile/deb-not-ar.deb'), 'x.deb')).toBe(false);
  });
});

test.each<[what: string, own: Partial<RepositorySettings>, why: string]>([
  ['two components', { components: ['main', 'extra'] }, 'pacman knows none'],
  ['how many versions to keep', { keep: 3 }, 'has one version of each name'],
  ['any as an architecture', { architectures: ['any'] }, 'it need not be named'],
  ['an architecture with a slash', { architectures: ['a/b'] }, 'other than'],
  ['no name', { options: {} }, 'option database of channel stable'],
  ['a name that pacman has', { options: { database: 'options' } }, 'pacman has one of that name'],
  ['a name with a blank', { options: { database: 'a b' } }, 'expected up to 128'],
  ['a compression of another world', { options: { database: 'a', compression: 'rar' } }, 'expected gzip'],
  [
    'two of one name',
    {
      channels: [
        { name: 'a', options: { database: 'x' } },
        { name: 'b', options: { database: 'x' } },
      ],
    },
    'would share x',
  ],
])('%s cannot be set', (_what, own, why) => {
  expect(() => pacman.checkSettings(settings(own))).toThrow(why);
});

test('settings that are in order pass', () => {
  pacman.checkSettings(
    settings({ architectures: ['x86_64', 'aarch64'], options: { database: 'tools', signDatabase: true } }),
  );
});
