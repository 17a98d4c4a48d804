/** What the policies of `pakhus store policy` allow, tried on a server that keeps to them. */
import { describe, expect, test } from 'vitest';
import { complaintsIn } from '../support/cli-session.ts';
import { outcomeOf, send } from '../support/fake-s3/fake-s3-kit.ts';
import { type BucketSession, createBucketSession } from './bucket-session.ts';

/** The repository, made with the policy of a committer; the bucket is at the top or below a folder. */
async function withRepository(
  prefix: string,
): Promise<BucketSession & { readonly commit: ReturnType<BucketSession['as']> }> {
  const made = await createBucketSession({ prefix });
  const commit = made.as('committer', await made.policy('--role', 'committer'));
  const { code, stderr } = await commit('init');
  if (code !== 0) throw new Error(stderr);
  return { ...made, commit };
}

describe.each([
  ['the whole bucket', ''],
  ['a folder of it', 'apt/main'],
])('in %s', (_where, prefix) => {
  test('a committer publishes, collects and repairs', async () => {
    await using bucket = await withRepository(prefix);
    const { commit, session } = bucket;
    for (const version of ['1', '2', '3', '4', '5'])
      expect(await commit('publish', await session.deb({ name: 'hello', version }))).toMatchObject({
        code: 0,
      });
    expect(complaintsIn((await commit('gc', '--grace', '0s')).stderr)).toMatch(
      /^Warning: with so short a grace/,
    );
    for (const line of ['repair', 'verify', 'status', 'log tools'])
      expect(await commit(...line.split(' ')), line).toMatchObject({ code: 0 });
  });

  test('a proposer proposes and waits', async () => {
    await using bucket = await withRepository(prefix);
    const { commit, session } = bucket;
    const propose = bucket.as('ci', await bucket.policy('--role', 'proposer', 'ci'));
    const file = await session.deb({ name: 'hello' });
    const proposed = await propose(
      'publish',
      file,
      '--to',
      'tools',
      '--propose-only',
      '--as',
      'ci',
      '--json',
    );
    expect(complaintsIn(proposed.stderr)).toBe('');
    const {
      published: [one],
    } = JSON.parse(proposed.stdout) as { published: { proposal: string }[] };
    const proposal = one?.proposal ?? '';
    expect(await propose('wait', proposal, '--timeout', '1s')).toMatchObject({ code: 3 });
    expect((await commit('commit')).stdout).toContain('(proposed by ci)');
    expect(await propose('wait', proposal, '--timeout', '1s')).toMatchObject({ code: 0 });
  });

  test('and can do nothing else', async () => {
    await using bucket = await withRepository(prefix);
    const { s3, session } = bucket;
    const run = bucket.as('ci', await bucket.policy('--role', 'proposer', 'ci'));
    expect(await run('publish', await session.deb({ name: 'hello' }), '--to', 'tools')).toMatchObject({
      code: 4,
    });
    expect(await run('gc', 'tools')).toMatchObject({ code: 4 });
    const as = { accessKeyId: 'ci', secretAccessKey: 'secret-of-ci' };
    const start = prefix === '' ? '' : `${prefix}/`;
    const ask = async (method: string, path: string, headers = {}) =>
      outcomeOf(
        await send(s3, method, {
          as,
          path: `${start}${path}`,
          headers,
          ...(method === 'PUT' && { body: 'x' }),
        }),
      );
    const once = { 'if-none-match': '*' };
    expect(await ask('PUT', '.pakhus/tools/inbox/ci/1/file', once)).toBe('200');
    expect(await ask('PUT', '.pakhus/tools/inbox/ci/1/file', once)).toBe('412 PreconditionFailed');
    for (const [method, path, headers] of [
      ['PUT', '.pakhus/tools/inbox/ci/1/file', {}],
      ['DELETE', '.pakhus/tools/inbox/ci/1/file', {}],
      ['PUT', '.pakhus/tools/inbox/other/1/file', once],
      ['PUT', '.pakhus/tools/inbox/other/1/inbox/ci/file', once],
      ['PUT', '.pakhus/else/inbox/ci/1/file', once],
      ['PUT', '.pakhus/tools/log/0000000002.json', once],
      ['PUT', 'tools/pool/main/h/hello/hello_1.0_amd64.deb', once],
      ['GET', '.pakhus/tools/blob/x', {}],
    ] as const)
      expect(await ask(method, path, headers), `${method} ${path}`).toBe('403 AccessDenied');
  });

  test('nobody deletes the log or writes over it, a committer neither', async () => {
    await using bucket = await withRepository(prefix);
    const as = { accessKeyId: 'committer', secretAccessKey: 'secret-of-committer' };
    const path = `${prefix === '' ? '' : `${prefix}/`}.pakhus/tools/log/0000000001.json`;
    for (const method of ['DELETE', 'PUT'])
      expect(await outcomeOf(await send(bucket.s3, method, { as, path, body: 'x' }))).toBe(
        '403 AccessDenied',
      );
  });
});
