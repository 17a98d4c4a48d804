import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { renderSources } from '../../support/fixture-repository.ts';
import type { Pakhus } from '../../support/pakhus.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { outputOf, succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTools } from '../../support/skip.ts';

const DEMO = { name: 'demo', version: '1.0', architecture: 'all' };

/** Ways to sign other than with the key that the first publish makes. Each prepares a repository that is not there yet. */
const SIGNERS: readonly (readonly [
  name: string,
  prepare: (repository: PublishedRepository) => Promise<void>,
])[] = [
  [
    'an RSA key of 4096 bits',
    async ({ pakhus }) => {
      await pakhus.json('key', 'new', 'release', '--algorithm', 'rsa4096');
      await configure(pakhus, ['signers: [release]']);
    },
  ],
  [
    'a key that gpg made',
    async ({ pakhus }) => {
      const folder = join(pakhus.home, '.config/pakhus/keys');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await copyFile(fixtureKey('openpgp-test.sec.asc'), join(folder, 'test.openpgp.asc'));
      await configure(pakhus, ['signers: [test]']);
    },
  ],
  [
    'gpg as a command',
    async ({ pakhus }) => {
      const gpg = (...args: readonly string[]) =>
        outputOf(['gpg', '--homedir', gpgHome(pakhus), '--batch', '--quiet', ...args]);
      await mkdir(gpgHome(pakhus), { mode: 0o700 });
      await gpg('--import', fixtureKey('openpgp-test.sec.asc'));
      const fingerprint = (await readFile(fixtureKey('openpgp-test.fpr'), 'utf8')).trim();
      const command = ['gpg', '--homedir', gpgHome(pakhus), '--batch', '--local-user', fingerprint];
      await configure(pakhus, [
        'signers:',
        '  - name: gpg',
        `    command: ${JSON.stringify(command)}`,
        `    publicKey: ${fixtureKey('openpgp-test.pub.asc')}`,
      ]);
    },
  ],
];

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name}, of repositories signed otherwise`, lack ?? lackOfTools('dpkg-deb', 'gpg'), () => {
    test.each(SIGNERS)('trusts %s', async (_name, prepare) => {
      await using repository = await createPublishedRepository();
      await prepare(repository);
      await repository.publish([DEMO]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await apt.install('demo'));
    });

    test('trusts two signatures with either key, so that one can follow the other', async () => {
      await using repository = await createPublishedRepository();
      const { pakhus, server } = repository;
      const keys = [
        await newKey(pakhus, { name: 'old', algorithm: 'rsa4096' }),
        await newKey(pakhus, { name: 'new', algorithm: 'ed25519' }),
      ];
      await configure(pakhus, ['signers: [old, new]']);
      await repository.publish([DEMO]);
      for (const key of keys) {
        const sources = renderSources({
          uri: `${server.url}/deb`,
          suite: 'stable',
          components: ['main'],
          key,
        });
        await using apt = await createAptRoot(client(), { sources });
        succeeded(await apt.update());
        succeeded(await apt.install('demo'));
      }
    });
  });
}

function fixtureKey(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/keys/${name}`, import.meta.url));
}

function gpgHome(pakhus: Pakhus): string {
  return join(pakhus.home, '.gnupg');
}

async function configure(pakhus: Pakhus, lines: readonly string[]): Promise<void> {
  await writeFile(join(pakhus.cwd, 'pakhus.yaml'), `${lines.join('\n')}\n`);
}

/** Makes a key and gives its public half, armored. */
async function newKey(
  pakhus: Pakhus,
  { name, algorithm }: { readonly name: string; readonly algorithm: string },
): Promise<string> {
  const answer = await pakhus.json('key', 'new', name, '--algorithm', algorithm);
  const publicKey: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'publicKey') : undefined;
  if (typeof publicKey !== 'string') throw new Error(`no publicKey in ${JSON.stringify(answer)}`);
  return publicKey;
}
