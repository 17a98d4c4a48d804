/** A store that is a bucket, at the command line: what is refused and with what words, and what goes on after it failed. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { type FakeS3, type FakeS3Options, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import { STORE_FULL } from '../../../tests/support/fake-s3/faults.ts';

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

describe('what fails is told, tears nothing, and is finished by another run', () => {
  test.each([
    ['the store is full', STORE_FULL, /^[13]\nError: .* the quota of the store is used up/],
    ['the store is down', { type: 'request-lost' }, /^[13]\nError: .* does not answer/],
  ] as const)('%s, from any request on', async (_name, fault, words) => {
    await start();
    await session.run('publish', await session.deb({ name: 'first' }), '--init');
    let upTo = 0;
    for (let after = 1; after <= 25; after += 6) {
      upTo += 1;
      const deb = await session.deb({ name: `package-${upTo}` });
      let writes = 0;
      server.setFaults(({ method }) => (method === 'PUT' && ++writes > after ? fault : undefined));
      const ending = await told('publish', deb);
      server.setFaults(undefined);
      if (ending !== FINE) expect(ending).toMatch(words);
      expect(await told('publish', deb)).toBe(FINE);
      expect(await told('verify')).toBe(FINE);
      expect((await session.run('list')).stdout).toContain(`package-${upTo}`);
    }
  });

  test('the session ends in the middle', async () => {
    await start({ isSession: true });
    await session.run('publish', await session.deb({ name: 'first' }), '--init');
    const deb = await session.deb({ name: 'second' });
    server.setFaults(({ method }) =>
      method === 'PUT' ? { type: 'error', status: 400, code: 'ExpiredToken' } : undefined,
    );
    expect(await told('publish', deb)).toMatch(/^4\nError: s3:\/\/packages: the credentials have expired/);
    server.setFaults(undefined);
    expect(await told('publish', deb)).toBe(FINE);
    expect(await told('verify')).toBe(FINE);
  });
});

test('a bucket that is not there is exit code 10, wrong credentials are 4, another region is 2', async () => {
  await start();
  const env = (change: Record<string, string>) => ({ env: change });
  const listed = async (change: Record<string, string>) => {
    const { code, stderr } = await session.runWith(env(change), 'list');
    return `${code}\n${complaintsIn(stderr)}`;
  };
  const other = server.location().replace('s3://packages', 's3://parcels');
  expect(await listed({ PAKHUS_STORE: other })).toMatch(
    /^10\nError: s3:\/\/parcels: there is no such bucket/,
  );
  expect(await listed({ AWS_SECRET_ACCESS_KEY: 'x' })).toMatch(
    /^4\nError: s3:\/\/packages: the access key or its/,
  );
  const region = server.location().replace('us-east-1', 'eu-west-1');
  expect(await listed({ PAKHUS_STORE: region })).toMatch(
    /^2\nError: s3:\/\/packages: the bucket is in another/,
  );
  expect(await listed({ PAKHUS_STORE: 's3://packages?colour=red' })).toMatch(
    /^2\nError: .*no parameter "colour"/,
  );
});
