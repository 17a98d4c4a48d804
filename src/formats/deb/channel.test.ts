import { describe, expect, test } from 'vitest';
import type { ChannelView, FormatOptions, IndexPlan, RenderedIndex } from '../format.ts';
import { planIndexes } from './channel.ts';
import { renderChannel } from './release.ts';

function viewOf(
  slots: Readonly<Record<string, readonly string[]>>,
  more: {
    readonly components?: readonly string[];
    readonly architectures?: readonly string[];
    readonly options?: FormatOptions;
    readonly channelOptions?: FormatOptions;
  } = {},
): ChannelView {
  const channel = { name: 'stable', options: more.channelOptions ?? {} };
  return {
    settings: {
      format: 'deb',
      channels: [channel],
      components: more.components ?? ['main'],
      architectures: more.architectures ?? [],
      options: more.options ?? {},
    },
    channel,
    slots: new Map(Object.entries(slots).map(([component, names]) => [component, new Set(names)])),
  };
}

function rendered(plan: IndexPlan): RenderedIndex {
  const files = [...new Set(['plain' as const, ...plan.encodings])].map((encoding, index) => ({
    encoding,
    sizeBytes: 100 + index,
    sha256: `${index}`.repeat(64),
  }));
  return { plan, files };
}

function release(view: ChannelView, dateMs = Date.UTC(2026, 0, 1)): string {
  const [pointer] = renderChannel(view, { indexes: planIndexes(view).map(rendered), dateMs });
  return pointer !== undefined && 'bytes' in pointer ? Buffer.from(pointer.bytes).toString() : '';
}

describe('the indexes of a channel', () => {
  const plansOf = (view: ChannelView) =>
    planIndexes(view).map((plan) => `${plan.path.replace('dists/stable/', '')}: ${plan.slots.join(' ')}`);

  test.each([
    ['nothing yet', viewOf({}), ['main/binary-all/Packages: all']],
    ['packages for all only', viewOf({ main: ['all'] }), ['main/binary-all/Packages: all']],
    [
      'one architecture',
      viewOf({ main: ['amd64', 'all'] }),
      ['main/binary-amd64/Packages: all amd64', 'main/binary-all/Packages: all'],
    ],
    [
      'architectures of the settings, and of any component, in all components',
      viewOf(
        { main: ['amd64'], contrib: ['arm64'] },
        { components: ['main', 'contrib'], architectures: ['riscv64'] },
      ),
      [
        'main/binary-amd64/Packages: all amd64',
        'main/binary-arm64/Packages: all arm64',
        'main/binary-riscv64/Packages: all riscv64',
        'main/binary-all/Packages: all',
        'contrib/binary-amd64/Packages: all amd64',
        'contrib/binary-arm64/Packages: all arm64',
        'contrib/binary-riscv64/Packages: all riscv64',
        'contrib/binary-all/Packages: all',
      ],
    ],
    [
      'udebs, where a component has some',
      viewOf({ main: ['amd64', 'udeb-arm64'], contrib: ['all'] }, { components: ['main', 'contrib'] }),
      [
        'main/binary-amd64/Packages: all amd64',
        'main/binary-arm64/Packages: all arm64',
        'main/binary-all/Packages: all',
        'main/debian-installer/binary-amd64/Packages: udeb-all udeb-amd64',
        'main/debian-installer/binary-arm64/Packages: udeb-all udeb-arm64',
        'main/debian-installer/binary-all/Packages: udeb-all',
        'contrib/binary-amd64/Packages: all amd64',
        'contrib/binary-arm64/Packages: all arm64',
        'contrib/binary-all/Packages: all',
      ],
    ],
  ])('%s', (_title, view, plans) => {
    expect(plansOf(view)).toEqual(plans);
  });

  test.each([
    [{}, ['gzip', 'xz']],
    [{ compression: 'zstd, gzip' }, ['gzip', 'zstd']],
    [{ compression: 'xz+plain' }, ['plain', 'xz']],
  ])('%j', (options, encodings) => {
    for (const plan of planIndexes(viewOf({}, { options }))) {
      expect(plan).toMatchObject({ component: 'main', segment: 'packages', encodings });
    }
  });
});

describe('the Release file', () => {
  test('lists every index with its uncompressed form', () => {
    expect(release(viewOf({ main: ['amd64', 'all'] }))).toBe(
      [
        'Origin: pakhus',
        'Label: pakhus',
        'Suite: stable',
        'Codename: stable',
        'Date: Thu, 01 Jan 2026 00:00:00 UTC',
        'Acquire-By-Hash: yes',
        'No-Support-for-Architecture-all: Packages',
        'Architectures: all amd64',
        'Components: main',
        'SHA256:',
        ` ${'0'.repeat(64)}          100 main/binary-amd64/Packages`,
        ` ${'1'.repeat(64)}          101 main/binary-amd64/Packages.gz`,
        ` ${'2'.repeat(64)}          102 main/binary-amd64/Packages.xz`,
        ` ${'0'.repeat(64)}          100 main/binary-all/Packages`,
        ` ${'1'.repeat(64)}          101 main/binary-all/Packages.gz`,
        ` ${'2'.repeat(64)}          102 main/binary-all/Packages.xz`,
        '',
      ].join('\n'),
    );
  });

  test('says what is set, the channel before the repository', () => {
    const options = { origin: 'Example Inc.', label: 'Tools', description: 'All of it', validForDays: 400 };
    const channelOptions = {
      codename: 'trixie',
      version: '13.1',
      label: 'Tools, testing',
      notAutomatic: true,
      butAutomaticUpgrades: true,
      validForDays: 7,
    };
    const text = release(viewOf({}, { options, channelOptions, components: ['main', 'non-free'] }));
    expect(text.slice(0, text.indexOf('SHA256:'))).toBe(
      [
        'Origin: Example Inc.',
        'Label: Tools, testing',
        'Suite: stable',
        'Version: 13.1',
        'Codename: trixie',
        'Date: Thu, 01 Jan 2026 00:00:00 UTC',
        'Valid-Until: Thu, 08 Jan 2026 00:00:00 UTC',
        'NotAutomatic: yes',
        'ButAutomaticUpgrades: yes',
        'Acquire-By-Hash: yes',
        'Architectures: all',
        'Components: main non-free',
        'Description: All of it',
        '',
      ].join('\n'),
    );
  });

  test('the label is the origin unless it is set', () => {
    expect(release(viewOf({}, { options: { origin: 'Example' } }))).toContain(
      'Origin: Example\nLabel: Example\n',
    );
  });

  test('is signed in both ways, InRelease last', () => {
    const view = viewOf({});
    expect(renderChannel(view, { indexes: [], dateMs: 0 })).toEqual([
      {
        path: 'dists/stable/Release',
        contentType: 'text/plain; charset=utf-8',
        bytes: expect.any(Uint8Array),
      },
      {
        path: 'dists/stable/Release.gpg',
        contentType: 'application/pgp-signature',
        sign: 'detached',
        of: 'dists/stable/Release',
      },
      {
        path: 'dists/stable/InRelease',
        contentType: 'text/plain; charset=utf-8',
        sign: 'clear',
        of: 'dists/stable/Release',
      },
    ]);
  });
});
