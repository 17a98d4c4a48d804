/** A proposer who is a user of its own, with the policy that pakhus prints, on Ceph. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCliSession } from '../support/cli-session.ts';
import { describeWith } from '../support/skip.ts';
import { allowUser, lackOfCeph, startCeph } from '../support/stores/ceph.ts';

describeWith('users of Ceph', lackOfCeph(), () => {
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
