/** Clients of a repository that another program made, before and after pakhus takes it over. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type AptRoot, createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { gpgvVerdicts } from '../../support/gnupg.ts';
import { createStaticServer } from '../../support/http-server.ts';
import { type DebSpec, makeDeb } from '../../support/make-deb.ts';
import { createPakhus, type Pakhus } from '../../support/pakhus.ts';
import { type CommandResult, succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTools } from '../../support/skip.ts';
import { createTempDir } from '../../support/temp.ts';
import { REPREPRO, VENDOR_MAKERS, type VendorTree } from '../../support/vendor-tree.ts';

const HELLO: DebSpec = { name: 'hello', version: '1.0', architecture: 'all' };
const LIBRARY: DebSpec = {
  name: 'libfoo++',
  version: '1:2.0+b1~x',
  fields: { Depends: 'hello', Section: 'libs' },
};
const OLD: DebSpec = { name: 'old', version: '1.0' };

/** What an administrator wrote down once, before pakhus was there. */
function sourcesOf(url: string, tree: VendorTree): string {
  const key = tree.key.publicArmored.trimEnd().split('\n');
  return [
    'Types: deb',
    `URIs: ${url}`,
    'Suites: bookworm',
    'Components: main',
    'Signed-By:',
    ...key.map((line) => ` ${line === '' ? '.' : line}`),
    '',
  ].join('\n');
}

async function handOverKey({ home }: Pakhus, tree: VendorTree): Promise<void> {
  const folder = join(home, '.config/pakhus/keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'vendor.openpgp.asc'), tree.key.secretArmored, { mode: 0o600 });
}

/** Succeeds, and apt has nothing to say. */
function withoutComplaint(result: CommandResult): CommandResult {
  expect(
    succeeded(result)
      .stderr.split('\n')
      .filter((line) => /^[WEN]:/.test(line)),
  ).toEqual([]);
  return result;
}

async function installedIn(root: AptRoot): Promise<Record<string, string>> {
  return Object.fromEntries(await root.installed());
}

const clients = await aptClients();

for (const maker of VENDOR_MAKERS) {
  describeWith(`a repository made by ${maker.name}`, maker.lack ?? lackOfTools('dpkg-deb'), () => {
    for (const { name, lack, client } of clients) {
      describeWith(`whose client is ${name}`, lack, () => {
        test('is taken over, and the client notices nothing but new packages', {
          timeout: 300_000,
        }, async () => {
          await using debs = await createTempDir('debs');
          const make = (spec: DebSpec): Promise<string> => makeDeb(debs.path, spec);
          await using tree = await maker.create();
          await tree.add(await make(HELLO), await make(LIBRARY), await make(OLD));
          await using server = await createStaticServer(tree.path);
          await using root = await createAptRoot(client(), { sources: sourcesOf(server.url, tree) });
          withoutComplaint(await root.update());
          withoutComplaint(await root.install('libfoo++'));

          await using pakhus = await createPakhus();
          await handOverKey(pakhus, tree);
          succeeded(await pakhus.run('import', tree.path, '--to', 'tools'));
          withoutComplaint(await root.update());
          withoutComplaint(await root.install('old'));
          expect(await installedIn(root)).toEqual({ hello: '1.0', 'libfoo++': '1:2.0+b1~x', old: '1.0' });

          const newer = [
            await make({ ...HELLO, version: '1.1' }),
            await make({ name: 'fresh', version: '3' }),
          ];
          succeeded(await pakhus.run('publish', ...newer, '--to', 'tools'));
          withoutComplaint(await root.update());
          withoutComplaint(await root.upgrade());
          withoutComplaint(await root.install('fresh'));
          expect(await installedIn(root)).toMatchObject({ hello: '1.1', fresh: '3' });

          succeeded(await pakhus.run('remove', 'tools/bookworm', 'old'));
          withoutComplaint(await root.update());
          expect((await root.policy('old')).versions).toEqual(['1.0']);
          expect((await root.run('apt-get', 'download', 'old')).code).not.toBe(0);
          succeeded(await pakhus.run('verify', 'tools'));
        });
      });
    }
  });
}

describeWith('a key that does not leave gpg', lackOfTools('reprepro', 'gpg', 'gpgv', 'dpkg-deb'), () => {
  test('signs on, as a command in pakhus.yaml', { timeout: 120_000 }, async () => {
    await using debs = await createTempDir('debs');
    await using tree = await REPREPRO.create();
    await tree.add(await makeDeb(debs.path, HELLO));
    await using pakhus = await createPakhus({ env: tree.gnupg.env });
    await writeFile(join(pakhus.cwd, 'vendor.asc'), tree.key.publicArmored);
    const lines = [
      `store: ${tree.path}`,
      'repositories: { tools: { format: deb, path: . } }',
      'signers:',
      '  - name: gpg',
      `    command: [gpg, --batch, --local-user, ${tree.key.fingerprint}]`,
      '    publicKey: vendor.asc',
    ];
    await writeFile(join(pakhus.cwd, 'pakhus.yaml'), `${lines.join('\n')}\n`);
    succeeded(await pakhus.run('import', tree.path, '--to', 'tools'));
    const signature = await readFile(join(tree.path, 'dists/bookworm/InRelease'));
    expect(signature.toString()).toContain('Acquire-By-Hash: yes');
    expect(await gpgvVerdicts({ keys: [tree.key.publicArmored], signature })).toEqual(['GOODSIG']);
  });
});
