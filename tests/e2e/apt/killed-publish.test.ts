import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { makeDeb } from '../../support/make-deb.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

/** Moments of a publish, from before it has read anything to after its end. */
const DELAYS_MS = [100, 250, 400, 550, 700, 850, 1000, 1200, 1500, 2000];

const COMPANION = { name: 'companion', version: '1', architecture: 'all' };

for (const { name, lack, client } of (await aptClients()).slice(0, 1)) {
  describeWith(`${name}, after a publish was killed`, lack ?? lackOfTool('dpkg-deb'), () => {
    test('finds the old state or the new one, and the next publish goes on', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([COMPANION, { name: 'demo', version: '0', architecture: 'all' }]);
      const sources = await repository.sources();
      const published = new Set(['0']);
      for (const [index, delayMs] of DELAYS_MS.entries()) {
        const version = String(index + 1);
        await publishAndKill(repository, { version, delayMs });
        published.add(version);
        await using apt = await createAptRoot(client(), { sources });
        expect(await apt.update(), `killed after ${delayMs} ms`).toMatchObject({ code: 0, stderr: '' });
        expect(published).toContain((await apt.policy('demo')).candidate);
        succeeded(await apt.install('demo', 'companion'));
      }

      await repository.publish([{ name: 'demo', version: '100', architecture: 'all' }]);
      await using apt = await createAptRoot(client(), { sources });
      expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
      succeeded(await apt.install('demo'));
      expect((await apt.installed()).get('demo')).toBe('100');
      await repository.pakhus.json('verify');
    });
  });
}

/** Starts a publish of another version of `demo`, and kills all of its processes after a while. */
async function publishAndKill(
  repository: PublishedRepository,
  { version, delayMs }: { readonly version: string; readonly delayMs: number },
): Promise<void> {
  const folder = join(repository.pakhus.cwd, `killed-${version}`);
  await mkdir(folder);
  await makeDeb(folder, { name: 'demo', version, architecture: 'all' });
  const child = repository.pakhus.spawn('publish', folder, '--to', 'deb/stable/main');
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.stdout?.resume();
  child.stderr?.resume();
  await Promise.race([closed, sleep(delayMs)]);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await closed;
}
