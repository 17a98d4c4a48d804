/** What only Ceph does: users with policies of their own, and regions that it does not know. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCliSession } from '../support/cli-session.ts';
import { describeWith } from '../support/skip.ts';
import { allowUser, lackOfCeph, startCeph } from '../support/stores/ceph.ts';

describeWith('on Ceph', lackOfCeph(), () => {
  test('a region that it does not know is told', { timeout: 120_000 }, async () => {
    await using ceph = await startCeph();
    await using session = await createCliSession(ceph.env);
    const elsewhere = ceph
      .location()
      .replace('us-east-1', 'eu-west-1')
      .replace('s3://packages', 's3://other');
    expect(await session.json('store', 'create', '--store', elsewhere)).toMatchObject({
      code: 2,
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('has no region eu-west-1') },
    });
  });

  test('a proposer proposes, and a committer reads that', { timeout: 120_000 }, async () => {
    await using ceph = await startCeph({ users: ['ci'] });
    await using session = await createCliSession(ceph.env);
    await session.configure(
      `store: ${ceph.location()}&acl=bucket-owner-full-control`,
      'repositories: { tools: { format: deb } }',
      'proposers: { ci: { actions: [add], to: [tools] } }',
    );
    await session.run('init');
    const { stdout: policy } = await session.run('store', 'policy', '--role', 'proposer', 'ci');
    const env = { ...(await allowUser(ceph, 'ci', policy)), PAKHUS_KEYS: join(session.home, 'none') };
    const file = await session.deb({ name: 'hello' });
    const propose = ['publish', file, '--to', 'tools', '--propose-only', '--as', 'ci'];
    expect(await session.runWith({ env }, ...propose)).toMatchObject({ code: 0 });
    expect(await session.runWith({ env }, 'publish', file, '--to', 'tools')).toMatchObject({ code: 4 });
    expect((await session.run('commit')).stdout).toContain('(proposed by ci)');
    expect(await session.run('verify')).toMatchObject({ code: 0 });
  });
});
