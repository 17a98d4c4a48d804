/** With real keys and real signatures; every other command, and all that a faulty store can do, is in deaths.test.ts. */
import { expect, test } from 'vitest';
import { faultyStorage, ProcessDeath } from '../../src/storage/fault.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import { readAsClient } from '../support/apt-reader.ts';
import { copyObjects, createPublisher, simulatedClock } from '../support/simulated-publisher.ts';
import { createTempDir } from '../support/temp.ts';

/** A store with one package, and a way to publish into copies of it. */
async function prepare(folder: string) {
  const clock = simulatedClock();
  const base = createMemoryStorage({ clock });
  const first = await createPublisher(base, { folder, clock, seed: 'first' });
  await first.publish('apple');
  const copy = async () => {
    const store = createMemoryStorage({ clock });
    await copyObjects(base, store);
    return store;
  };
  return { clock, copy };
}

test('a publisher that dies at any call of the store loses nothing and tears nothing', {
  timeout: 300_000,
}, async () => {
  await using temp = await createTempDir('crash');
  const folder = temp.path;
  const { clock, copy } = await prepare(folder);
  let deaths = 0;
  for (let outcome = 'died'; outcome !== 'lived'; deaths++) {
    const store = await copy();
    const mortal = faultyStorage(store, {
      decide: ({ index }) => (index === deaths ? { type: 'death', applied: true } : { type: 'none' }),
    });
    const victim = await createPublisher(mortal, { folder, clock, seed: `victim ${deaths}` });
    outcome = await victim.publish('banana').then(
      () => 'lived',
      (error: unknown) => (error instanceof ProcessDeath ? 'died' : Promise.reject(error)),
    );
    const seen = await readAsClient(store, 'deb', 'stable');
    expect(seen?.packages, `after death in call ${deaths}`).toContain('apple 1.0');

    const next = await createPublisher(store, { folder, clock, seed: `next ${deaths}` });
    await next.publish('cherry');
    const later = await readAsClient(store, 'deb', 'stable');
    expect(later?.packages).toEqual(expect.arrayContaining([...(seen?.packages ?? []), 'cherry 1.0']));
    expect(later?.dateMs).toBeGreaterThan(seen?.dateMs ?? 0);

    await next.publish('banana');
    const packages = ['apple 1.0', 'banana 1.0', 'cherry 1.0'];
    expect((await readAsClient(store, 'deb', 'stable'))?.packages).toEqual(packages);
    expect(await next.problems()).toBe(0);
  }
  expect(deaths).toBeGreaterThan(40);
});
