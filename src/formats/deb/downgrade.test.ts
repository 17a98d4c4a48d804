import { describe, expect, test } from 'vitest';
import type { DowngradeInput, HeldPackage } from '../client-types.ts';
import type { RepositorySettings } from '../format.ts';
import { downgradeInstructions } from './downgrade.ts';

const settings: RepositorySettings = {
  format: 'deb',
  channels: [{ name: 'stable', options: {} }],
  components: ['main'],
  architectures: [],
  options: { origin: 'Example' },
};

/** `hello 1.0 amd64` */
function pkg(spec: string): HeldPackage {
  const [name = '', version = '', architecture = 'amd64'] = spec.split(' ');
  return { name, version, architecture, slot: architecture };
}

function input(
  gone: readonly string[],
  there: readonly string[],
  change: Partial<RepositorySettings> = {},
): DowngradeInput {
  return {
    id: 'tools',
    settings: { ...settings, ...change },
    channel: { name: 'stable', options: {} },
    gone: gone.map(pkg),
    there: there.map(pkg),
  };
}

describe('one machine goes back', () => {
  test.each<[what: string, gone: string[], there: string[], commands: string[]]>([
    [
      'to the newest version that is left',
      ['hello 2.0', 'lib 2.0 all'],
      ['hello 1.9', 'hello 1.10', 'lib 1.0 all'],
      ['apt-get update', 'apt-get install --only-upgrade --allow-downgrades hello=1.10 lib=1.0'],
    ],
    [
      'from an architecture to all',
      ['hello 2.0 amd64'],
      ['hello 1.0 all'],
      ['apt-get update', 'apt-get install --only-upgrade --allow-downgrades hello=1.0'],
    ],
    [
      'to other bytes of the same version',
      ['hello 1.0'],
      ['hello 1.0'],
      ['apt-get update', 'apt-get install --only-upgrade --reinstall hello=1.0'],
    ],
    [
      'by the commands of its architecture, where these differ',
      ['hello 2.0 amd64', 'hello 2.0 arm64', 'words 2.0 all'],
      ['hello 1.0 amd64', 'hello 0.9 arm64', 'words 1.0 all'],
      [
        'apt-get update',
        '# amd64',
        'apt-get install --only-upgrade --allow-downgrades hello=1.0 words=1.0',
        '# arm64',
        'apt-get install --only-upgrade --allow-downgrades hello=0.9 words=1.0',
      ],
    ],
    ['not where only an old version went', ['hello 1.0'], ['hello 2.0'], []],
    ['not where nothing went', [], [], []],
  ])('%s', (_what, gone, there, commands) => {
    expect(downgradeInstructions(input(gone, there)).commands).toEqual(commands);
  });

  test('what architectures have in common is said once, and only to those whom it concerns', () => {
    const { commands } = downgradeInstructions(
      input(['hello 2.0 amd64'], ['hello 1.0 amd64'], { architectures: ['amd64', 'arm64', 'riscv64'] }),
    );
    expect(commands).toEqual([
      'apt-get update',
      '# amd64',
      'apt-get install --only-upgrade --allow-downgrades hello=1.0',
    ]);
  });

  test('packages of the installer are of no machine', () => {
    const udeb = { ...pkg('hello-udeb 2.0'), slot: 'udeb-amd64' };
    const only = { ...input([], []), gone: [udeb], there: [{ ...udeb, version: '1.0' }] };
    expect(downgradeInstructions(only)).toEqual({ commands: [], lasting: undefined, left: [] });
  });
});

test('names of which nothing is left are told apart', () => {
  const { commands, left, lasting } = downgradeInstructions(input(['new 1.0', 'hello 2.0'], ['hello 1.0']));
  expect(left).toEqual(['new']);
  expect(commands.join('\n')).not.toContain('new');
  expect(lasting?.script).not.toContain('new');
});

describe('many machines go back', () => {
  test('by a priority for what the channel holds, until it is taken back', () => {
    const { lasting } = downgradeInstructions(input(['hello 2.0', 'lib 2.0'], ['hello 1.0', 'lib 1.0']));
    expect(lasting?.files).toMatchObject([
      {
        path: '/etc/apt/preferences.d/tools-rollback.pref',
        content: 'Package: hello lib\nPin: release o=Example,n=stable\nPin-Priority: 1001\n',
      },
    ]);
    expect(lasting?.script).toBe(
      "printf '%s\\n' 'Package: hello lib' 'Pin: release o=Example,n=stable' 'Pin-Priority: 1001' > /etc/apt/preferences.d/tools-rollback.pref\n" +
        'apt-get update\napt-get install -y --only-upgrade --allow-downgrades hello lib\n',
    );
    expect(lasting?.undo).toBe('rm -f /etc/apt/preferences.d/tools-rollback.pref\napt-get update\n');
  });

  test('by the codename alone where the origin has a comma', () => {
    const { lasting } = downgradeInstructions(
      input(['hello 2.0'], ['hello 1.0'], { options: { origin: "Ann's, Ltd" } }),
    );
    expect(lasting?.files[0]?.content).toContain('\nPin: release n=stable\n');
  });

  test('all packages at once, when there are too many to name', () => {
    const all = Array.from({ length: 51 }, (_, at) => `p${at}`);
    const { commands, lasting } = downgradeInstructions(
      input(
        all.map((name) => `${name} 2.0`),
        all.map((name) => `${name} 1.0`),
      ),
    );
    expect(commands).toEqual([]);
    expect(lasting?.files[0]?.content).toMatch(/^Package: \*\n/);
    expect(lasting?.script).toMatch(/\napt-get upgrade -y --allow-downgrades\n$/);
  });
});
