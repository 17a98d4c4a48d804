import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLocalStorage } from '../../../src/storage/local.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { createPakhus, type Pakhus } from '../../support/pakhus.ts';
import { quickDeb } from '../../support/quick-deb.ts';

const KILLS = 15;

/** A number from 0 to 1, the same in every run. */
function drawn(at: number): number {
  return createHash('sha256').update(`kill ${at}`).digest().readUInt32BE() / 2 ** 32;
}

/** What may come next; each finishes what the dead one left, or looks at it unharmed. */
const NEXT: readonly (readonly string[])[] = [
  ['repair'],
  ['publish', 'next'],
  ['verify'],
  ['status'],
  ['list'],
];

async function seen(pakhus: Pakhus): Promise<readonly string[]> {
  const store = await openLocalStorage({ root: join(pakhus.cwd, 'public') });
  return (await readAsClient(store, 'deb', 'stable'))?.packages ?? [];
}

/** Starts a publish and kills it and all its threads after a while. True: it was still running. */
async function publishAndKill(
  pakhus: Pakhus,
  { file, afterMs }: { file: string; afterMs: number },
): Promise<boolean> {
  const child = pakhus.spawn('publish', file);
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.stdout?.resume();
  child.stderr?.resume();
  await Promise.race([closed, sleep(afterMs)]);
  const isRunning = child.exitCode === null && child.pid !== undefined;
  if (isRunning && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await closed;
  return isRunning;
}

test('publishes killed at any moment: clients see the old state or the new one, and any next command goes on', async () => {
  await using pakhus = await createPakhus();
  const file = (name: string) => quickDeb(join(pakhus.cwd, name), { name });
  await pakhus.json('publish', await file('first'), '--init');
  const second = await file('second');
  const startMs = Date.now();
  await pakhus.json('publish', second);
  const usualMs = Date.now() - startMs;
  await file('next');
  let kills = 0;
  let certain: readonly string[] = ['first 1.0', 'second 1.0'];
  for (let at = 0; at < KILLS; at++) {
    const name = `k${String(at).padStart(2, '0')}`;
    const afterMs = drawn(at) * usualMs;
    if (await publishAndKill(pakhus, { file: await file(name), afterMs })) kills++;

    const now = await seen(pakhus);
    expect(now, `after kill ${at}`).toEqual(expect.arrayContaining([...certain]));
    const next = NEXT[at % NEXT.length] ?? [];
    const { code, stderr } = await pakhus.run(...next);
    // verify may find that the pointers of a committed revision are not written yet; nothing else.
    if (next[0] !== 'verify' || code !== 12)
      expect({ code, stderr }, next.join(' ')).toMatchObject({ code: 0 });
    certain = await seen(pakhus);
    expect(certain, `after ${next.join(' ')}`).toEqual(expect.arrayContaining([...now]));
    if (next[0] === 'repair') expect((await pakhus.run('verify')).code).toBe(0);
  }
  expect(kills).toBeGreaterThan(0);

  await pakhus.json('publish', await file('last'));
  expect(await seen(pakhus)).toEqual(expect.arrayContaining([...certain, 'last 1.0']));
  await pakhus.json('verify');
  expect(await pakhus.json('status')).toMatchObject({ repositories: [{ openIntents: 0, stale: [] }] });
});
