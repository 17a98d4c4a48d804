import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConfigSources, loadConfig } from './load-config.ts';
import type { ResolvedConfig } from './resolved-config.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pakhus-config-'));
  await mkdir(join(root, 'project/sub'), { recursive: true });
  await mkdir(join(root, 'home'));
});
afterEach(() => rm(root, { recursive: true }));

/** Files and sources of a case; `@` in their values is the folder that holds all of it. */
interface Case {
  readonly project?: string;
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: ConfigSources['flags'];
}

async function load({ project, user, env = {}, flags = {} }: Case): Promise<ResolvedConfig> {
  const put = async (path: string, text: string | undefined) => {
    if (text === undefined) return;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await put('project/pakhus.yaml', project);
  await put('home/.config/pakhus/config.yaml', user);
  return await loadConfig({ cwd: join(root, 'project/sub'), home: join(root, 'home'), env, flags });
}

/** `value < where it comes from`, with `@` for the folder of the case. */
function shown({ value, origin }: ResolvedConfig['state']): string {
  const where =
    'line' in origin
      ? `${origin.source} line ${origin.line}`
      : 'name' in origin
        ? origin.name
        : origin.source;
  return `${value} < ${where}`.replaceAll(root, '@');
}

describe('the nearest source wins, and says where it is', () => {
  const project = '# the project\nstore: ./packages\nurl: https://project.example/\n';
  const user = 'url: https://user.example\nstate: ~state\n';
  test.each<[name: string, given: Case, store: string, url: string]>([
    ['nothing at all', {}, '@/project/sub/public < default', 'undefined < default'],
    [
      'a project file, further up',
      { project },
      '@/project/packages < project line 2',
      'https://project.example < project line 3',
    ],
    [
      'a project file without a store',
      { project: 'url: http://a' },
      '@/project/public < default',
      'http://a < project line 1',
    ],
    ['a user file', { user: 'store: /srv/repo' }, '/srv/repo < user line 1', 'undefined < default'],
    [
      'project before user',
      { project, user },
      '@/project/packages < project line 2',
      'https://project.example < project line 3',
    ],
    [
      'environment before project',
      { project, env: { PAKHUS_URL: 'https://env.example/x/' } },
      '@/project/packages < project line 2',
      'https://env.example/x < PAKHUS_URL',
    ],
    [
      'an empty variable is not set',
      { project, env: { PAKHUS_STORE: '' } },
      '@/project/packages < project line 2',
      'https://project.example < project line 3',
    ],
    [
      'a flag before all, from the current folder; the url of the other store does not count',
      { project, env: { PAKHUS_STORE: '/env' }, flags: { store: 'here' } },
      '@/project/sub/here < --store',
      'undefined < default',
    ],
    [
      'the same store named again keeps its url',
      { project, flags: { store: '../packages' } },
      '@/project/packages < --store',
      'https://project.example < project line 3',
    ],
    [
      'an url that came without a store stays',
      { project: 'url: https://cdn.example', env: { PAKHUS_STORE: 's3://bucket/a?region=x' } },
      's3://bucket/a?region=x < PAKHUS_STORE',
      'https://cdn.example < project line 1',
    ],
  ])('%s', async (_name, given, store, url) => {
    const config = await load(given);
    expect([shown(config.store), shown(config.url)]).toEqual([store, url]);
  });
});

test('state belongs to its store as the url does', async () => {
  const project = 'store: ./a\nstate: ./ledger\n';
  expect(shown((await load({ project })).state)).toBe('@/project/ledger < project line 2');
  expect(shown((await load({ project, flags: { store: 'b' } })).state)).toBe('undefined < default');
});

test('the folder of keys', async () => {
  expect(shown((await load({})).keys)).toBe('@/home/.config/pakhus/keys < default');
  expect(shown((await load({ env: { XDG_CONFIG_HOME: '/xdg' } })).keys)).toBe('/xdg/pakhus/keys < default');
  expect(shown((await load({ env: { XDG_CONFIG_HOME: 'relative' } })).keys)).toBe(
    '@/home/.config/pakhus/keys < default',
  );
  expect(shown((await load({ env: { PAKHUS_KEYS: 'k' } })).keys)).toBe('@/project/sub/k < PAKHUS_KEYS');
});

test('a repository becomes the settings of a revision', async () => {
  const project = `repositories:
  tools: { format: deb, channels: [stable, testing], components: [main], keep: 5, origin: Me, label: L }
  plain: { format: deb }
  ubuntu:
    format: deb
    path: ubuntu/x
    channels: { noble: { butAutomaticUpgrades: true, notAutomatic: true }, 24.04: }
    architectures: [arm64]
    signers: [release]
`;
  const { repositories } = await load({ project });
  expect(repositories.value).toEqual([
    {
      name: 'tools',
      path: 'tools',
      signers: undefined,
      bases: [],
      origin: { source: 'project', path: join(root, 'project/pakhus.yaml'), line: 2 },
      settings: {
        format: 'deb',
        channels: [
          { name: 'stable', options: {} },
          { name: 'testing', options: {} },
        ],
        components: ['main'],
        architectures: [],
        keep: 5,
        pages: true,
        options: { label: 'L', origin: 'Me' },
      },
    },
    expect.objectContaining({
      name: 'plain',
      settings: {
        format: 'deb',
        channels: [{ name: 'stable', options: {} }],
        components: ['main'],
        architectures: [],
        pages: true,
        options: {},
      },
    }),
    expect.objectContaining({
      path: 'ubuntu/x',
      signers: ['release'],
      settings: expect.objectContaining({
        architectures: ['arm64'],
        channels: [
          { name: 'noble', options: { butAutomaticUpgrades: true, notAutomatic: true } },
          { name: '24.04', options: {} },
        ],
      }),
    }),
  ]);
});

test('signers and ledger keys: paths from the file on, ids without what is for people, public halves as they are', async () => {
  const project = `signers: [release, { name: hsm, command: [gpg, --batch], publicKey: keys/hsm.asc }]
ledger: ["9F86 D081 884C 7D65 9A2F EAA0 C55A D015", "X+5RXY2IyxByl0xYZhAWOCXG6aXFbmW8Q2bEZQ+svSY="]
`;
  const config = await load({ project });
  expect(config.signers.value).toEqual([
    { name: 'release' },
    { name: 'hsm', command: ['gpg', '--batch'], publicKey: join(root, 'project/keys/hsm.asc') },
  ]);
  expect(config.ledger.value).toEqual([
    '9f86d081884c7d659a2feaa0c55ad015',
    'X+5RXY2IyxByl0xYZhAWOCXG6aXFbmW8Q2bEZQ+svSY=',
  ]);
});

test('a key of the project file replaces the whole key of the user file', async () => {
  const config = await load({
    project: 'repositories: { mine: { format: deb } }',
    user: 'repositories: { theirs: { format: deb } }\nsigners: [me]\n',
  });
  expect(config.repositories.value.map(({ name }) => name)).toEqual(['mine']);
  expect(config.signers.origin).toMatchObject({ source: 'user', line: 2 });
});

describe('files that are named', () => {
  test('by --config or PAKHUS_CONFIG, instead of searching', async () => {
    await writeFile(join(root, 'other.yaml'), 'store: ./there\n');
    const project = 'store: ./not-this\n';
    expect(shown((await load({ project, flags: { config: '../../other.yaml' } })).store)).toBe(
      '@/there < project line 1',
    );
    expect(shown((await load({ project, env: { PAKHUS_CONFIG: join(root, 'other.yaml') } })).store)).toBe(
      '@/there < project line 1',
    );
  });

  test('must exist', async () => {
    await expect(load({ flags: { config: 'none.yaml' } })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `${root}/project/sub/none.yaml: no such file`,
    });
  });
});

describe('bad values name their source', () => {
  test.each<[given: Case, code: string, message: string]>([
    [
      { env: { PAKHUS_URL: 'ftp://x' } },
      'CONFIG_INVALID',
      'PAKHUS_URL must be a URL that begins with https://, http:// or file://',
    ],
    [{ env: { PAKHUS_STORE: 's3://a:b@c' } }, 'CONFIG_INVALID', 'PAKHUS_STORE holds a secret'],
    [{ flags: { store: 's3://c?secretAccessKey=x' } }, 'CLI_USAGE', '--store holds a secret'],
    [{ flags: { store: '' } }, 'CLI_USAGE', '--store is empty'],
    [{ project: 'stor: x' }, 'CONFIG_INVALID', "pakhus.yaml:1:1: unknown key 'stor'; did you mean 'store'?"],
    [{ user: 'stor: x' }, 'CONFIG_INVALID', "config.yaml:1:1: unknown key 'stor'"],
  ])('%o', async (given, code, message) => {
    await expect(load(given)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('and never repeat a secret', async () => {
    await expect(load({ env: { PAKHUS_STORE: 's3://me:hunter2@c' } })).rejects.toSatisfy(
      (error) => !JSON.stringify([String(error), error]).includes('hunter2'),
    );
  });
});
