/** CI as it is: many jobs at once, some of them killed and run again, with packages that were built anew. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLocalStorage } from '../../../src/storage/local.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { createPakhus, type Pakhus } from '../../support/pakhus.ts';
import { quickDeb } from '../../support/quick-deb.ts';

const AT_ONCE = 16;
const ROUNDS = 3;
const PATIENCE_MS = 300_000;

/** A number from 0 to 1, the same in every run. */
function drawn(what: string): number {
  return createHash('sha256').update(what).digest().readUInt32BE() / 2 ** 32;
}

interface Job {
  readonly name: string;
  readonly isKilled: boolean;
}

/** Runs a job to its end, or kills it, with all its threads, at a moment that is drawn. Gives its exit code. */
async function run(pakhus: Pakhus, job: Job, build: string): Promise<number | null> {
  const file = await quickDeb(join(pakhus.cwd, build, job.name), { name: job.name, content: build });
  const child = pakhus.spawn('publish', file);
  let stderr = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  if (job.isKilled) {
    // Sixteen at once take some seconds on two cores: the kill comes anywhere in them.
    await Promise.race([closed, sleep(drawn(`when ${job.name}`) * 6000)]);
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
  const code = await closed;
  if (code !== 0 && code !== null) throw new Error(`${job.name}, ${build}: exit ${code}: ${stderr}`);
  return code;
}

test('sixteen jobs at a time, a third of them killed and run again with rebuilt bytes: every package is there', {
  timeout: PATIENCE_MS,
}, async () => {
  await using pakhus = await createPakhus();
  await pakhus.json('publish', await quickDeb(join(pakhus.cwd, 'first'), { name: 'first' }), '--init');
  const jobs: Job[] = Array.from({ length: AT_ONCE * ROUNDS }, (_, at) => {
    const name = `p${String(at).padStart(2, '0')}`;
    return { name, isKilled: drawn(`kill ${name}`) < 1 / 3 };
  });
  const killed = new Set<Job>();
  for (let round = 0; round < ROUNDS; round++) {
    const running = jobs.slice(round * AT_ONCE, (round + 1) * AT_ONCE);
    await Promise.all(
      running.map(async (job) => {
        if ((await run(pakhus, job, 'build')) === null) killed.add(job);
      }),
    );
  }
  expect(killed.size).toBeGreaterThan(ROUNDS);

  const store = await openLocalStorage({ root: join(pakhus.cwd, 'public') });
  const before = (await readAsClient(store, 'deb', 'stable'))?.packages ?? [];
  for (const job of killed) {
    const isThere = before.includes(`${job.name} 1.0`);
    const again = run(pakhus, { ...job, isKilled: false }, 'rebuild');
    // Where the killed job was committed after all, other bytes of the same version are refused.
    if (isThere) await expect(again).rejects.toThrow(/is in stable\/main already, with other bytes/);
    else await again.catch((error: Error) => expect(error.message).toMatch(/with other bytes|other bytes/));
  }
  const names = ['first', ...jobs.map(({ name }) => name)].map((name) => `${name} 1.0`);
  expect((await readAsClient(store, 'deb', 'stable'))?.packages).toEqual(names);
  await pakhus.json('verify');
  expect(await pakhus.json('status')).toMatchObject({ repositories: [{ openIntents: 0, stale: [] }] });
});
