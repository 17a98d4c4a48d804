/** A store that is a bucket, at the command line: what is refused, with what words, and the ways out. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { type FakeS3, type FakeS3Options, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';

let server: FakeS3;
let session: CliSession;

async function start(options: FakeS3Options = {}, prefix = 'apt'): Promise<void> {
  server = await startFakeS3(options);
  session = await createCliSession({ ...server.env, PAKHUS_STORE: server.location(prefix) });
  onTestFinished(async () => {
    await session[Symbol.asyncDispose]();
    await server.stop();
  });
}

/** Exit code and complaints. */
async function told(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await session.run(...args);
  return `${code}\n${complaintsIn(stderr)}`;
}

const FINE = '0\n';

/** Keys of the bucket's objects. */
const keys = (): readonly string[] =>
  server
    .find(server.bucket)
    ?.list('', { after: '', limit: 1000 })
    .map(({ key }) => key) ?? [];

describe.each(['none', 'liar'] as const)('a store that keeps no conditions (%s)', (mode) => {
  beforeEach(() => start({ mode }));

  test('is refused with exit code 11, before anything is written', async () => {
    const refusal = await told('publish', await session.deb({ name: 'hello' }), '--init');
    expect(refusal).toMatch(/^11\nError: s3:\/\/packages\/apt: conditional writes do not work there \(/);
    for (const way of [
      'pakhus commit --watch --single-writer',
      '--propose-only',
      'state:',
      '--single-writer',
    ])
      expect(refusal).toContain(way);
    expect(keys()).toEqual(['apt/.pakhus/store.json']);
  });

  test('takes one machine that is alone', async () => {
    const alone = ['--single-writer'];
    expect(await told('publish', await session.deb({ name: 'hello' }), '--init', ...alone)).toBe(FINE);
    expect(await told('publish', await session.deb({ name: 'other' }), ...alone)).toBe(FINE);
    expect(await told('verify')).toBe(FINE);
    expect(await told('publish', await session.deb({ name: 'third' }))).toMatch(/^11\n/);
  });

  test('takes proposals, which that machine commits', async () => {
    await session.configure(
      'repositories: { deb: { format: deb } }',
      'proposers: { ci: { actions: [add], to: [deb] } }',
    );
    expect(await told('init', '--single-writer')).toBe(FINE);
    const deb = await session.deb({ name: 'hello' });
    expect(await told('publish', deb, '--propose-only', '--as', 'ci')).toBe(FINE);
    expect(await told('commit', '--single-writer')).toBe(FINE);
    expect((await session.run('list')).stdout).toContain('hello');
    expect(await told('verify')).toBe(FINE);
  });

  test('takes the packages of a ledger that lies elsewhere', async () => {
    const elsewhere = { env: { PAKHUS_STATE: `${session.cwd}/ledger` } };
    const publish = async (name: string) =>
      session.runWith(elsewhere, 'publish', await session.deb({ name }), '--init');
    expect((await publish('first')).code).toBe(0);
    expect((await publish('hello')).code).toBe(0);
    // Two can be first here, so a name has to hold the digest.
    expect(keys().filter((key) => key.endsWith('/hello_1.0_amd64.deb'))).toEqual([
      expect.stringMatching(/^apt\/deb\/pool\/main\/h\/hello\/[0-9a-f]{12}\/hello_1\.0_amd64\.deb$/),
    ]);
    expect((await session.runWith(elsewhere, 'verify')).stdout).toContain('All as the ledger says.');
  });
});

test('a store that only creates conditionally takes many writers', async () => {
  await start({ mode: 'create-only' });
  const names = ['a', 'b', 'c'];
  await session.run('publish', await session.deb({ name: 'first' }), '--init');
  const ends = await Promise.all(
    names.map(async (name) => told('publish', await session.deb({ name: `package-${name}` }))),
  );
  expect(ends).toEqual(names.map(() => FINE));
  for (const name of names) expect((await session.run('list')).stdout).toContain(`package-${name}`);
  expect(await told('verify')).toBe(FINE);
});
