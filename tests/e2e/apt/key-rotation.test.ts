import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../src/core/clock.ts';
import { clientSetup } from '../../../src/repository/client-setup.ts';
import { resign } from '../../../src/repository/keys/resign.ts';
import { openLocalStorage } from '../../../src/storage/local.ts';
import { type AptRoot, createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createStaticServer } from '../../support/http-server.ts';
import { createPublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { simulatedClock } from '../../support/simulated-publisher.ts';
import { describeWith, lackOfTools } from '../../support/skip.ts';
import { createTempDir } from '../../support/temp.ts';
import { createTestUser } from '../../support/test-repository.ts';

const DAY_MS = 86_400_000;
const CLEAN = { code: 0, stderr: '' };
const ROTATED = z.object({ step: z.string(), rev: z.number() });

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name}, while time passes`, lack ?? lackOfTools('dpkg-deb'), () => {
    test('follows a key rotation in all three stages', async () => {
      await using repository = await createPublishedRepository();
      const { pakhus } = repository;
      const rotate = async () => ROTATED.parse(await pakhus.json('key', 'rotate', 'deb'));
      await repository.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
      await using old = await createAptRoot(client(), { sources: await repository.sources() });
      expect(await old.update()).toMatchObject(CLEAN);

      expect(await rotate()).toMatchObject({ step: 'announce' });
      expect(await old.update()).toMatchObject(CLEAN);
      await using learned = await createAptRoot(client(), { sources: await repository.sources() });
      expect(await learned.update()).toMatchObject(CLEAN);

      expect(await rotate()).toMatchObject({ step: 'switch' });
      await repository.publish([{ name: 'demo', version: '2.0', architecture: 'all' }]);
      await expectCandidate([old, learned], '2.0');

      expect(await rotate()).toMatchObject({ step: 'retire' });
      await repository.publish([{ name: 'demo', version: '3.0', architecture: 'all' }]);
      await expectCandidate([learned], '3.0');
      expect((await old.update()).code).not.toBe(0);
      await old.setSources(await repository.sources());
      await expectCandidate([old], '3.0');
      succeeded(await old.install('demo'));
    });

    test('refuses a repository whose time is over, and takes it when it is signed again', async () => {
      await using made = await expiredRepository();
      await using apt = await createAptRoot(client(), { sources: made.sources });
      const refused = await apt.update();
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/expired/i);

      const due = { channel: undefined, withinDays: undefined, force: false, dryRun: false };
      const { channels } = await resign(await made.user.open(), due, made.user.options);
      expect(channels).toMatchObject([{ outcome: 'signed' }]);
      expect(await apt.update()).toMatchObject(CLEAN);
      succeeded(await apt.install('demo'));
    });
  });
}

async function expectCandidate(roots: readonly AptRoot[], version: string): Promise<void> {
  for (const root of roots) {
    expect(await root.update()).toMatchObject(CLEAN);
    expect(await root.policy('demo')).toMatchObject({ candidate: version });
  }
}

/** A repository that was published five days ago and valid for two, served; `user` is its owner today. */
async function expiredRepository() {
  const dir = await createTempDir('expired');
  const root = join(dir.path, 'public');
  const store = await openLocalStorage({ root, create: true });
  const then = createTestUser({ store, clock: simulatedClock(Date.now() - 5 * DAY_MS), folder: dir.path });
  await then.configure('validForDays: 2');
  await then.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
  const server = await createStaticServer(root);
  const place = { repository: 'deb', channel: undefined, component: undefined };
  const { files } = await clientSetup(await then.open(), { place, url: server.url });
  return {
    sources: files[0]?.content ?? '',
    user: createTestUser({ store, clock: systemClock(), folder: dir.path }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
