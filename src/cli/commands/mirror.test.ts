/** Mirrors from the command line: what is wanted of an upstream comes, goes and is explained. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complaintsIn } from '../../../tests/support/cli-session.ts';
import type { ForeignPackage } from '../../../tests/support/foreign-repository.ts';
import { createMirrorSession, type MirrorSession } from '../../../tests/support/mirror-session.ts';

const needs = (text: string) => ({ fields: { Depends: text } });
const APP: ForeignPackage = { name: 'app', ...needs('lib (>= 1.0) | other') };
const PACKAGES: readonly ForeignPackage[] = [
  APP,
  { name: 'lib', architecture: 'all', fields: { Recommends: 'docs' } },
  { name: 'docs', architecture: 'all' },
  { name: 'tool' },
  { name: 'stranger' },
];

/** Lines of `pakhus list`, without what differs from run to run. */
async function listed({ json }: MirrorSession, place = 'vendor'): Promise<readonly string[]> {
  const { answer } = await json('list', place);
  const { packages } = answer as { packages: { name: string; version: string }[] };
  return packages.map(({ name, version }) => `${name} ${version}`).sort();
}

test('what is wanted comes with all that it needs, and clients find it signed by our own key', async () => {
  await using session = await createMirrorSession({ packages: PACKAGES });
  const added = await session.add('--package', 'app');
  expect(added.stdout).toContain('vendor goes to vendor/bookworm.\nNext: pakhus mirror sync vendor\n');
  const { code, stdout } = await session.run('mirror', 'sync', 'vendor');
  expect(stdout).toContain('vendor: 2 added, 0 removed, revision 1 of vendor/bookworm.\n');
  expect(stdout).toMatch(/ {2}downloaded 2 files, [^;]*; 4 requests, /);
  expect(code).toBe(0);
  expect(await listed(session)).toEqual(['app 1.0', 'lib 1.0']);
  expect((await session.run('verify', 'vendor')).code).toBe(0);
});

test('nothing changed: one request for the suite, and no revision', async () => {
  await using session = await createMirrorSession({ packages: PACKAGES });
  await session.add('--package', 'app');
  await session.run('mirror', 'sync', 'vendor');
  session.asked();
  const { stdout } = await session.run('mirror', 'sync', '--all');
  expect(stdout).toContain('vendor is as upstream has it: 2 packages, ');
  expect(stdout).toContain('revision 1 of vendor/bookworm.\n  nothing downloaded; 1 request, 0 B in ');
  expect(session.asked()).toEqual(['dists/bookworm/InRelease']);
});

test('what comes and goes upstream is one revision, which can be taken back', async () => {
  await using session = await createMirrorSession({ packages: PACKAGES });
  await session.add('--package', '*');
  await session.run('mirror', 'sync', 'vendor');
  const [, , , tool] = PACKAGES;
  await session.upstream({
    packages: [{ ...APP, version: '2.0' }, ...PACKAGES.slice(1, 3), { name: 'new' }, ...(tool ? [tool] : [])],
  });
  expect((await session.run('mirror', 'diff', 'vendor')).stdout).toBe(
    '+ app 2.0 amd64 main\n+ new 1.0 amd64 main\n- app 1.0 amd64 main\n- stranger 1.0 amd64 main\n',
  );
  expect((await session.run('mirror', 'status')).stdout).toContain('2 to add, 2 to remove');
  const { stdout } = await session.run('mirror', 'sync', 'vendor', '--dry-run');
  expect(stdout).toMatch(/^ {2}~ app 1\.0 → 2\.0 amd64\n {2}\+ new 1\.0 amd64\n {2}- stranger 1\.0 amd64\n/);
  expect(stdout).toContain('2 to remove. Nothing was changed.');
  expect(await listed(session)).toContain('app 1.0');
  await session.run('mirror', 'sync', 'vendor');
  expect(await listed(session)).toEqual(['app 2.0', 'docs 1.0', 'lib 1.0', 'new 1.0', 'tool 1.0']);
  expect((await session.run('log', 'vendor')).stdout).toContain('mirror vendor: 2 added, 2 removed');
  await session.run('rollback', 'vendor', '--to', '1');
  expect(await listed(session)).toContain('stranger 1.0');
});

test('other bytes of the same version take the place of the old ones', async () => {
  await using session = await createMirrorSession({ packages: [{ name: 'tool' }] });
  await session.add('--package', 'tool');
  await session.run('mirror', 'sync', 'vendor');
  await session.upstream({ packages: [{ name: 'tool', content: 'built again' }] });
  expect((await session.run('mirror', 'sync', 'vendor')).stdout).toContain('1 added, 1 removed, revision 2');
  expect(await listed(session)).toEqual(['tool 1.0']);
  expect((await session.run('verify', 'vendor')).code).toBe(0);
});

test('why a package is there', async () => {
  await using session = await createMirrorSession({ packages: PACKAGES });
  await session.add('--package', 'a*', '--recommends');
  await session.run('mirror', 'sync', 'vendor');
  expect((await session.run('mirror', 'why', 'vendor', 'docs')).stdout).toBe(
    'docs 1.0: lib recommends docs\n  lib 1.0: app needs lib (>= 1.0) | other\n    app 1.0: pakhus.yaml wants a*\n',
  );
  expect(complaintsIn((await session.run('mirror', 'why', 'vendor', 'tool')).stderr)).toContain(
    'vendor has no package tool',
  );
});

test('packages of our own live beside it, in another component', async () => {
  await using session = await createMirrorSession({ packages: PACKAGES });
  await session.add('--package', 'tool');
  const yaml = join(session.cwd, 'pakhus.yaml');
  const text = await readFile(yaml, 'utf8');
  await writeFile(yaml, text.replace('components: [main]', 'components: [main, own]'));
  await session.run('mirror', 'sync', 'vendor');
  await session.run('publish', await session.deb({ name: 'ours' }), '--to', 'vendor/bookworm/own');
  await session.upstream({ packages: [{ name: 'tool', version: '2.0' }] });
  await session.run('mirror', 'sync', 'vendor');
  expect(await listed(session)).toEqual(['ours 1.0', 'tool 2.0']);
});

test('what a vendor expects of the distribution is told, and not looked for', async () => {
  await using session = await createMirrorSession({
    packages: [{ name: 'agent', ...needs('libc6 (>= 2.36)') }],
  });
  await session.add('--package', 'agent');
  const told = 'not in any source, so machines need it from elsewhere: libc6 (>= 2.36)\n';
  for (const _ of ['first', 'again'])
    expect((await session.run('mirror', 'sync', 'vendor')).stdout).toContain(told);
  expect(await listed(session)).toEqual(['agent 1.0']);
  const yaml = join(session.cwd, 'pakhus.yaml');
  await writeFile(yaml, `${await readFile(yaml, 'utf8')}    strict: true\n`);
  expect((await session.run('mirror', 'sync', 'vendor')).stderr).toContain('agent needs libc6 (>= 2.36)');
});

describe('what cannot be had', () => {
  test('is an error where it is required, and nothing is made', async () => {
    await using session = await createMirrorSession({
      packages: [...PACKAGES, { name: 'broken', ...needs('lib (>= 2)') }],
    });
    await session.add('--package', 'tol', '--package', 'broken');
    const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(code).toBe(1);
    expect(complaintsIn(stderr)).toContain('Error: vendor: 2 required packages cannot be had');
    expect(stderr).toContain('tol: there is no such package; did you mean tool?');
    expect(stderr).toContain('broken: broken needs lib (>= 2)');
    expect((await session.run('list', 'vendor')).code).toBe(10);
  });

  test('is told where it is optional, by a list as well', async () => {
    await using session = await createMirrorSession({ packages: PACKAGES });
    await writeFile(
      join(session.cwd, 'image.env'),
      'REQUIRED_PACKAGES="tool"\nOPTIONAL_PACKAGES="docs gone"\n',
    );
    await session.add('--list', 'image.env', '--optional', 'nobody');
    const { code, stdout } = await session.run('mirror', 'sync', 'vendor');
    expect(code).toBe(0);
    expect(stdout).toContain('left out: nobody: there is no such package\n');
    expect(stdout).toContain('left out: gone: there is no such package');
    expect(await listed(session)).toEqual(['docs 1.0', 'tool 1.0']);
  });
});

describe('pakhus.yaml', () => {
  test('keeps what somebody wrote there, and loses the mirror again', async () => {
    await using session = await createMirrorSession({ packages: PACKAGES });
    await session.configure('# ours', 'store: ./public # here', 'repositories: { tools: { format: deb } }');
    const before = await readFile(join(session.cwd, 'pakhus.yaml'), 'utf8');
    await session.add('--package', 'tool', '--to', 'tools/stable');
    const after = await readFile(join(session.cwd, 'pakhus.yaml'), 'utf8');
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length)).toBe(
      [
        '',
        'mirrors:',
        '  vendor:',
        '    to: tools/stable',
        '    sources:',
        `      - deb [arch=amd64 signed-by=${session.cwd}/vendor.asc] ${session.server.url} bookworm main`,
        '    packages: [tool]',
        '',
      ].join('\n'),
    );
    await session.run('mirror', 'sync', 'vendor');
    expect(await listed(session, 'tools')).toEqual(['tool 1.0']);
    await session.run('mirror', 'remove', 'vendor');
    expect(await readFile(join(session.cwd, 'pakhus.yaml'), 'utf8')).toBe(before);
    expect(await listed(session, 'tools')).toEqual(['tool 1.0']);
  });

  test('a .sources file is a source', async () => {
    await using session = await createMirrorSession({ packages: PACKAGES });
    const lines = [
      '# of the vendor',
      'Types: deb deb-src',
      `URIs: ${session.server.url}/`,
      'Suites: bookworm bookworm-updates',
      'Components: main',
      'Signed-By: /usr/share/keyrings/vendor.gpg',
      '',
      'Types: deb',
      'Enabled: no',
      'URIs: https://other.example',
      'Suites: x',
      'Components: main',
    ];
    await writeFile(join(session.cwd, 'vendor.sources'), lines.join('\n'));
    const { answer } = await session.json(
      'mirror',
      'add',
      'v',
      'vendor.sources',
      '--package',
      'x',
      '--dry-run',
    );
    expect(answer).toMatchObject({
      to: 'v/bookworm',
      sources: ['bookworm', 'bookworm-updates'].map(
        (suite) => `deb [signed-by=/usr/share/keyrings/vendor.gpg] ${session.server.url}/ ${suite} main`,
      ),
    });
  });

  test.each([
    [['mirror', 'add', 'm', 'https://x.example', '--suite', 's', '--package', 'a'], 'does not say who signs'],
    [
      ['mirror', 'add', 'm', 'https://x.example', '--unsigned', '--package', 'a'],
      'does not tell which suites',
    ],
    [['mirror', 'add', 'm', 'nowhere.list', '--package', 'a'], 'no file'],
    [['mirror', 'add', 'm', 'deb [trusted=yes] https://x.example ./', '--package', 'a'], 'flat repository'],
    [['mirror', 'add', 'm', 'deb [trusted=yes] https://x.example s main'], 'needs packages, optional, lists'],
    [['mirror', 'sync', 'nobody'], 'pakhus.yaml has no mirrors'],
  ])('%j is refused', async (args, message) => {
    await using session = await createMirrorSession({});
    const { code, stderr } = await session.run(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
