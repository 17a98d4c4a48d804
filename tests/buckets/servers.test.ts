/** The commands of stores on several servers. Ceph's gateway has policies, blocks and conditions of its own making. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../support/cli-session.ts';
import { startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import type { S3Server } from '../support/s3-server.ts';
import { describeWith, type Lack } from '../support/skip.ts';
import { lackOfCeph, startCeph } from '../support/stores/ceph.ts';

const SERVERS: readonly (readonly [name: string, lack: Lack, start: () => Promise<S3Server>])[] = [
  ['the S3 server of the tests', undefined, () => startFakeS3({ awsPaths: false })],
  ['Ceph', lackOfCeph(), startCeph],
];

describe.each(SERVERS)('on %s', (name, lack, start) => {
  describeWith(name, lack, () => play(start));
});

function play(start: () => Promise<S3Server>): void {
  let server: S3Server;
  let session: CliSession;
  const at = (bucket: string) => server.location().replace('s3://packages', `s3://${bucket}`);
  const statusOf = async (path: string) => (await fetch(`${server.endpoint}/${path}`)).status;

  beforeAll(async () => {
    server = await start();
    session = await createCliSession(server.env);
    await session.configure(`store: ${at('fresh')}`, 'repositories: { tools: { format: deb } }');
  }, 120_000);
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test('create makes a public bucket with a state that is not, and is content the second time', async () => {
    const made = await session.run('store', 'create');
    expect(complaintsIn(made.stderr)).toBe('');
    expect(made.stdout).toContain('s3://fresh: made the bucket\n');
    expect(made.stdout).toContain('s3://fresh: everybody may read all but the state now\n');
    await session.run('publish', await session.deb({ name: 'hello' }), '--init');
    expect(await statusOf('fresh/tools/dists/stable/InRelease')).toBe(200);
    expect(await statusOf('fresh/.pakhus/tools/log/0000000001.json')).toBe(403);
    expect((await session.run('store', 'create')).stdout).toContain(
      's3://fresh: everybody may read all but the state\n',
    );
  });

  test('check finds nothing wrong', async () => {
    const { code, stdout } = await session.run('store', 'check');
    expect(stdout).toContain('of 16 that write at once exactly one wins');
    expect({ code, stdout: stdout.replaceAll(/^ok .*\n/gm, '') }).toEqual({ code: 0, stdout: '' });
  });

  test('copy to another bucket gives a store that is as good, and back into a folder', async () => {
    await session.run('store', 'create', '--store', at('second'));
    const { code, stderr } = await session.run('store', 'copy', at('second'));
    expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
    expect((await session.run('verify', '--store', at('second'))).code).toBe(0);
    expect((await session.run('store', 'copy', './folder', '--store', at('second'))).code).toBe(0);
    expect((await session.run('verify', '--store', './folder')).code).toBe(0);
    const { headers } = await fetch(`${server.endpoint}/second/tools/dists/stable/InRelease`);
    expect([headers.get('cache-control'), headers.get('content-type')]).toEqual([
      'no-cache',
      'text/plain; charset=utf-8',
    ]);
  });
}
