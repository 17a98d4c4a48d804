/** Every command with the state in a store of its own. */
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { type CliSession, complaintsIn, createCliSession } from '../support/cli-session.ts';
import { type FakeS3, startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import { send } from '../support/fake-s3/fake-s3-kit.ts';
import { folderState } from '../support/folder-state.ts';

interface Apart extends AsyncDisposable {
  readonly s3: FakeS3;
  readonly session: CliSession;
  /** Fails with what was said; gives stdout. */
  run(...args: readonly string[]): Promise<string>;
}

/** `PUB` and `LEDGER` stand for two buckets. */
async function createApart(store: string, state: string): Promise<Apart> {
  const stack = new AsyncDisposableStack();
  const s3 = stack.use(await startFakeS3({ bucket: 'pub', awsPaths: false }));
  const session = stack.use(await createCliSession(s3.env));
  const ledger = s3.location('ledgers').replace('s3://pub', 's3://ledger');
  await send({ ...s3, bucket: 'ledger' }, 'PUT');
  const place = (text: string) => text.replace('PUB', s3.location()).replace('LEDGER', ledger);
  await session.configure(
    `store: ${place(store)}`,
    `state: ${place(state)}`,
    'repositories: { tools: { format: deb, channels: [stable, testing] } }',
    'proposers: { ci: { actions: [add], to: [tools/testing] } }',
  );
  return {
    s3,
    session,
    run: async (...args) => {
      const { code, stdout, stderr } = await session.run(...args);
      if (code !== 0) throw new Error(`pakhus ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`);
      return stdout;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe.each([
  ['two folders', './public', './ledger'],
  ['two buckets', 'PUB', 'LEDGER'],
  ['a bucket and a folder', 'PUB', './ledger'],
  ['a folder and a bucket', './public', 'LEDGER'],
])('in %s', (_where, store, state) => {
  test('a repository lives from its first package to its collection', async () => {
    await using apart = await createApart(store, state);
    const { run, session } = apart;
    if (store === 'PUB') await run('store', 'create');
    await run('init');
    const deb = (version: string) => session.deb({ name: 'hello', version });
    await run('publish', await deb('1'), '--to', 'tools/testing');
    await run('publish', await deb('2'), '--to', 'tools/testing');
    await run('promote', 'tools/testing', 'tools/stable', 'hello');
    expect(await run('list', 'tools/stable')).toContain('hello');
    await run('pin', 'tools', '2', '--name', 'first');
    await run('rollback', 'tools/testing', '--to', 'first');
    await run('remove', 'tools/testing', 'hello', '--all');
    const proposed = await session.json(
      'publish',
      await deb('3'),
      '--to',
      'tools/testing',
      '--propose-only',
      '--as',
      'ci',
    );
    expect(proposed).toMatchObject({ code: 0 });
    expect(await run('commit')).toContain('publish hello 3');
    for (const line of [
      'status',
      'log tools',
      'diff tools 2',
      'show tools@2',
      'search hello',
      'verify',
      'repair',
      'resign tools',
      'unpin tools first',
      'apply --dry-run',
      'client tools/stable',
      'doctor',
      'store copy ./copy --state ./copied-state',
    ])
      await run(...line.split(' '));
    // Clocks of the two stores may not be far apart, and the session's runs ahead when somebody waits.
    const clock = state === 'LEDGER' && store !== 'PUB' ? systemClock() : session.clock;
    expect(await session.runWith({ clock }, 'gc', '--grace', '0s')).toMatchObject({ code: 0 });
    await run('verify');
    const copied = { env: { PAKHUS_STORE: './copy', PAKHUS_STATE: './copied-state' } };
    expect(await session.runWith(copied, 'verify')).toMatchObject({ code: 0 });
  });

  test('nothing of the state lies in the store', async () => {
    await using apart = await createApart(store, state);
    const { s3, session, run } = apart;
    await run('publish', await session.deb({ name: 'hello' }), '--to', 'tools/stable', '--init');
    const inStore =
      store === 'PUB'
        ? (s3.find('pub')?.list('', { after: '', limit: 1000 }) ?? []).map(({ key }) => key)
        : Object.keys(await folderState(session.store));
    expect(inStore.filter((key) => /\/log\/|\/blob\/|\/inbox\//.test(key))).toEqual([]);
    expect(inStore).toEqual(expect.arrayContaining([expect.stringMatching(/InRelease$/)]));
  });
});

describe('a state that anybody reads', () => {
  const fetching = { env: { PAKHUS_NO_READ_BACK: '' } };

  async function publish(apart: Apart, version: string) {
    const file = await apart.session.deb({ name: 'hello', version });
    return apart.session.runWith(fetching, 'publish', file, '--to', 'tools/stable', '--init');
  }

  async function open({ s3 }: Apart, bucket: string) {
    const Statement = [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` },
    ];
    await send({ ...s3, bucket }, 'DELETE', { query: 'publicAccessBlock=' });
    await send({ ...s3, bucket }, 'PUT', { query: 'policy=', body: JSON.stringify({ Statement }) });
  }

  test('is told when the repository is made, and not again', async () => {
    await using apart = await createApart('PUB', 'LEDGER');
    await open(apart, 'ledger');
    const first = await publish(apart, '1');
    expect(first.code).toBe(0);
    expect(complaintsIn(first.stderr).replaceAll(apart.s3.endpoint, 'ENDPOINT')).toMatchInlineSnapshot(`
      "Warning: anybody can read the ledger of tools: ENDPOINT/ledger/ledgers/tools/log/0000000001.json (live-state-public)
        Anybody reads who published what and when, and proposals that are not published yet.
        Let the server refuse paths with /.pakhus/, or move the state out of the store (\`state:\`). In a bucket, \`pakhus store create\` does it; \`pakhus store check\` looks again."
    `);
    expect(complaintsIn((await publish(apart, '2')).stderr)).toBe('');
  });

  test('a state that nobody else reads is no matter for warnings', async () => {
    await using apart = await createApart('PUB', 'LEDGER');
    await open(apart, 'pub');
    expect(complaintsIn((await publish(apart, '1')).stderr)).toBe('');
  });
});
