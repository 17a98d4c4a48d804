/** Clients that never stop, while somebody never stops publishing. */
import { expect, test } from 'vitest';
import { type AptRoot, createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createPublishedRepository } from '../../support/published-repository.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const PUBLISHES = 50;

/** `apt-get update && apt-get install demo`, again and again; gives how often, and what went wrong. */
async function install(
  root: AptRoot,
  isOver: () => boolean,
): Promise<{ rounds: number; failures: string[] }> {
  const failures: string[] = [];
  let rounds = 0;
  for (; !isOver(); rounds++) {
    for (const result of [await root.update(), await root.install('demo')])
      if (result.code !== 0 || /^[WE]:/m.test(result.stderr)) failures.push(result.stderr);
  }
  return { rounds, failures };
}

describeWith(`a repository with ${PUBLISHES} publishes in a row`, lackOfTool('dpkg-deb'), () => {
  test('never fails an apt update or install that runs meanwhile', { timeout: 600_000 }, async () => {
    await using repository = await createPublishedRepository();
    const demo = (version: number) => ({ name: 'demo', version: `1.${version}`, architecture: 'all' });
    await repository.publish([demo(0)]);
    const usable = (await aptClients()).filter(({ lack }) => lack === undefined);
    const sources = await repository.sources();
    const roots = await Promise.all(usable.map(({ client }) => createAptRoot(client(), { sources })));
    try {
      let isOver = false;
      const loops = roots.map((root) => install(root, () => isOver));
      for (let version = 1; version <= PUBLISHES; version++) await repository.publish([demo(version)]);
      isOver = true;
      for (const { rounds, failures } of await Promise.all(loops)) {
        expect(failures).toEqual([]);
        expect(rounds).toBeGreaterThan(PUBLISHES / 5);
      }
      for (const root of roots) {
        expect((await root.update()).code).toBe(0);
        expect((await root.policy('demo')).candidate).toBe(`1.${PUBLISHES}`);
      }
    } finally {
      for (const root of roots) await root[Symbol.asyncDispose]();
    }
  });
});
