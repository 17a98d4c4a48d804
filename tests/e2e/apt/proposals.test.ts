/** CI proposes as a user of its own, who may write to one folder of the store; somebody else commits; apt installs. */
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { folderState } from '../../support/folder-state.ts';
import { makeDeb } from '../../support/make-deb.ts';
import { asNobody, lackOfNobody, NOBODY } from '../../support/other-user.ts';
import { pakhusBinary } from '../../support/pakhus.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { type CommandResult, plainEnvironment, runCommand, succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfRoot, lackOfTool } from '../../support/skip.ts';

const PROPOSED = z.object({ published: z.array(z.object({ proposal: z.string() })) });
const [first] = await aptClients();
if (first === undefined) throw new Error('no client is known');
const lack = first.lack ?? lackOfTool('dpkg-deb') ?? lackOfRoot() ?? (await lackOfNobody());

/** The machine of CI: a user without keys, who knows the store and its own name. */
async function createCi({ pakhus, store }: PublishedRepository) {
  await chmod(join(pakhus.cwd, '..'), 0o755);
  await chmod(join(store, '.pakhus'), 0o711);
  const inbox = join(store, '.pakhus/deb/inbox/ci');
  await mkdir(inbox, { recursive: true });
  await chown(inbox, NOBODY, 0);
  await chmod(inbox, 0o2775);
  const home = join(pakhus.cwd, '../ci');
  await mkdir(home);
  await chown(home, NOBODY, NOBODY);
  const env = { ...plainEnvironment(), HOME: home, PAKHUS_PROPOSER: 'ci' };
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(asNobody([pakhusBinary(), ...args]), { cwd: pakhus.cwd, env });
  return {
    inbox,
    run,
    /** Makes a package and proposes it; gives the proposal. */
    propose: async (version: string): Promise<string> => {
      const deb = await makeDeb(join(pakhus.cwd), { name: 'from-ci', version, architecture: 'all' });
      await chmod(deb, 0o644);
      const args = ['publish', deb, '--to', 'deb/testing', '--propose-only', '--json'];
      const { published } = PROPOSED.parse(JSON.parse(succeeded(await run(...args)).stdout));
      return published[0]?.proposal ?? '';
    },
  };
}

describeWith(first.name, lack, () => {
  test('a proposal of another user is committed by a service, waited for, and installed', async () => {
    await using repository = await createPublishedRepository();
    const { pakhus, store } = repository;
    await writeFile(
      join(pakhus.cwd, 'pakhus.yaml'),
      [
        'repositories: { deb: { format: deb, channels: [stable, testing] } }',
        'proposers: { ci: { actions: [add], to: [deb/testing] } }',
        '',
      ].join('\n'),
    );
    await repository.publish([{ name: 'hello', version: '1.0', architecture: 'all' }]);
    const ci = await createCi(repository);
    await using apt = await createAptRoot(first.client(), {
      sources: await repository.sources('deb/testing'),
    });

    const before = await folderState(join(store, 'deb'));
    const proposals = [await ci.propose('1.0')];
    expect(await folderState(join(store, 'deb'))).toEqual(before);
    expect((await ci.run('wait', proposals[0] ?? '', '--timeout', '1s')).code).toBe(3);
    expect((await ci.run('publish', 'hello', '--to', 'deb/testing')).code).not.toBe(0);

    const service = pakhus.spawn('commit', '--watch', '--every', '1s');
    const said = service.stderr === null ? '' : text(service.stderr);
    proposals.push(await ci.propose('1.1'));
    for (const proposal of proposals)
      expect(await ci.run('wait', proposal, '--timeout', '1m')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('is published, revision'),
      });
    service.kill('SIGTERM');
    expect(await once(service, 'close')).toEqual([0, null]);
    expect(await said).toMatch(
      /^deb: revision 2 by .*: .*publish from-ci 1\.0 to testing\/main \(proposed by ci\)/m,
    );
    expect(await readdir(ci.inbox)).toEqual([]);

    expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
    expect((await apt.policy('from-ci')).versions).toEqual(['1.1', '1.0']);
    succeeded(await apt.install('from-ci'));
    expect((await apt.installed()).get('from-ci')).toBe('1.1');
    await pakhus.json('verify');
  });
});
