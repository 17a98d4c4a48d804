/** Repositories signed in every way that there is, each judged by gpgv: InRelease, and Release with Release.gpg. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type CliSession, createCliSession } from '../../support/cli-session.ts';
import { createGnuPg, type GnuPg, gpgvVerdicts, type MadeKey } from '../../support/gnupg.ts';
import { describeWith, lackOfTools } from '../../support/skip.ts';

interface Setup {
  /** Armored public keys, one for each signature that is expected. */
  readonly keys: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: readonly string[];
}

/** Publishes one package with that set-up. */
async function publishWith({ env = {}, config = [] }: Setup): Promise<CliSession> {
  const session = await createCliSession(env);
  await session.configure(...config);
  await session.deb({ name: 'hello' });
  expect(await session.json('publish', '.', '--init')).toMatchObject({ code: 0 });
  return session;
}

/** What gpgv says of both forms to a client that has these keys. */
async function verdicts({ store }: CliSession, keys: readonly string[]) {
  const read = (name: string) => readFile(join(store, 'deb/dists/stable', name));
  const [inRelease, release, detached] = await Promise.all([
    read('InRelease'),
    read('Release'),
    read('Release.gpg'),
  ]);
  return {
    inRelease: await gpgvVerdicts({ keys, signature: inRelease }),
    detached: await gpgvVerdicts({ keys, signature: detached, bytes: release }),
  };
}

const MADE = z.object({ fingerprint: z.string(), publicKey: z.string() });

function all(verdict: string, count: number) {
  const each = Array.from({ length: count }, () => verdict);
  return { inRelease: each, detached: each };
}

describeWith('gpgv of a client', lackOfTools('gpg', 'gpgv'), () => {
  let gnupg: GnuPg;
  let plain: MadeKey;
  let locked: MadeKey;

  beforeAll(async () => {
    gnupg = await createGnuPg();
    plain = await gnupg.makeKey({ algorithm: 'rsa3072' });
    locked = await gnupg.makeKey({ algorithm: 'ed25519', passphrase: 'correct horse' });
  });

  afterAll(() => gnupg[Symbol.asyncDispose]());

  test.each<[what: string, setup: () => Promise<Setup> | Setup]>([
    [
      'a key of gpg with a passphrase, both from the environment',
      () => ({
        keys: [locked.publicArmored],
        env: { PAKHUS_SIGNING_KEY: locked.secretArmored, PAKHUS_SIGNING_PASSPHRASE: 'correct horse' },
      }),
    ],
    [
      'two keys from the environment',
      () => ({
        keys: [plain.publicArmored, locked.publicArmored],
        env: {
          PAKHUS_SIGNING_KEY: `${plain.secretArmored}\n${locked.secretArmored}`,
          PAKHUS_SIGNING_PASSPHRASE_COMMAND: '["printf", "correct horse\\n"]',
        },
      }),
    ],
    [
      'gpg as a command',
      async () => {
        const publicKey = join(gnupg.env['GNUPGHOME'] ?? '', 'public.asc');
        await writeFile(publicKey, plain.publicArmored);
        const command = [
          'gpg',
          '--homedir',
          gnupg.env['GNUPGHOME'],
          '--batch',
          '--local-user',
          plain.fingerprint,
        ];
        return {
          keys: [plain.publicArmored],
          config: [
            'repositories: { deb: { format: deb } }',
            'signers:',
            `  - { name: gpg, command: ${JSON.stringify(command)}, publicKey: ${publicKey} }`,
          ],
        };
      },
    ],
  ])('takes what is signed by %s', async (_what, setup) => {
    const made = await setup();
    await using session = await publishWith(made);
    expect(await verdicts(session, made.keys)).toEqual(all('GOODSIG', made.keys.length));
    expect((await session.run('verify')).code).toBe(0);
  });

  test.each(['ed25519', 'rsa4096'])('takes a key of `key new --algorithm %s`', async (algorithm) => {
    await using session = await createCliSession();
    const { answer } = await session.json('key', 'new', 'release', '--algorithm', algorithm);
    const { fingerprint, publicKey } = MADE.parse(answer);
    await session.configure('signers: [release]', 'repositories: { deb: { format: deb } }');
    await session.deb({ name: 'hello' });
    expect(await session.json('publish', '.', '--init')).toMatchObject({ code: 0 });
    expect(await verdicts(session, [publicKey])).toEqual(all('GOODSIG', 1));
    expect((await session.json('status')).answer).toMatchObject({
      repositories: [{ signers: [{ fingerprint }] }],
    });
  });

  test('takes two signers with either key, and both public keys are published', async () => {
    const both = {
      keys: [],
      env: {
        PAKHUS_SIGNING_KEY: `${plain.secretArmored}\n${locked.secretArmored}`,
        PAKHUS_SIGNING_PASSPHRASE: 'correct horse',
      },
    };
    await using session = await publishWith(both);
    const published = await readFile(join(session.store, 'deb/key.asc'), 'utf8');
    expect(await verdicts(session, [published])).toEqual(all('GOODSIG', 2));
    for (const { publicArmored } of [plain, locked]) {
      const { inRelease, detached } = await verdicts(session, [publicArmored]);
      expect([inRelease.toSorted(), detached.toSorted()]).toEqual([
        ['GOODSIG', 'NO_PUBKEY'],
        ['GOODSIG', 'NO_PUBKEY'],
      ]);
    }
  });

  test.each([
    ['no passphrase', {}, 4, 'KEY_PASSPHRASE'],
    ['a wrong passphrase', { PAKHUS_SIGNING_PASSPHRASE: 'wrong' }, 4, 'KEY_PASSPHRASE'],
    [
      'a command that gives no passphrase',
      { PAKHUS_SIGNING_PASSPHRASE_COMMAND: '["false"]' },
      4,
      'KEY_PASSPHRASE',
    ],
  ])('%s: nothing is made', async (_what, passphrase, code, error) => {
    await using session = await createCliSession({ PAKHUS_SIGNING_KEY: locked.secretArmored, ...passphrase });
    await session.deb({ name: 'hello' });
    expect(await session.json('publish', '.', '--init')).toMatchObject({ code, error: { code: error } });
    expect((await session.json('status')).answer).toEqual({ repositories: [], empty: [] });
  });

  test('a key that clients refuse is refused here, and the next publish is not held up by it', async () => {
    const weak = await gnupg.makeKey({ algorithm: 'rsa1024' });
    const env: Record<string, string> = { PAKHUS_SIGNING_KEY: weak.secretArmored };
    await using session = await createCliSession(env);
    await session.deb({ name: 'hello' });
    expect(await session.json('publish', '.', '--init')).toMatchObject({
      code: 1,
      error: {
        code: 'KEY_WEAK',
        message: `Clients refuse signatures of key ${weak.fingerprint} (rsa1024): RSA below 2048 bits is too short`,
      },
    });
    delete env['PAKHUS_SIGNING_KEY'];
    expect(await session.json('publish', '.', '--init')).toMatchObject({ code: 0 });
    expect((await session.run('verify')).code).toBe(0);
  });

  test('a signing command that fails is told with its own words, and nothing is published', async () => {
    await using session = await createCliSession();
    await writeFile(join(session.cwd, 'public.asc'), plain.publicArmored);
    await session.configure(
      'repositories: { deb: { format: deb } }',
      'signers:',
      '  - { name: hsm, command: [sh, -c, "echo no token here >&2; exit 7"], publicKey: public.asc }',
    );
    await session.deb({ name: 'hello' });
    expect(await session.json('publish', '.', '--init')).toMatchObject({
      code: 1,
      error: {
        code: 'SIGN_FAILED',
        message: expect.stringMatching(/^Signing with key .* failed: .*7.*no token here/),
      },
    });
    expect((await session.json('status')).answer).toEqual({ repositories: [], empty: ['deb'] });
  });
});
