/**
 * CI as it is, on a real store: 200 publishes to one repository, 16 processes at a time, some of them killed at a request and run again
 * with packages that were built anew. A client looks all the time.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Storage } from '../../../src/storage/storage.ts';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { type BucketRepository, createBucketRepository } from '../../support/bucket-repository.ts';
import { type CountingProxy, startCountingProxy } from '../../support/counting-proxy.ts';
import { openS3 } from '../../support/open-s3.ts';
import { pakhusBinary } from '../../support/pakhus.ts';
import { quickDeb } from '../../support/quick-deb.ts';
import { succeeded } from '../../support/run-command.ts';
import { type S3Server, s3Location } from '../../support/s3-server.ts';
import { describeWith } from '../../support/skip.ts';
import { lackOfCeph, startCeph } from '../../support/stores/ceph.ts';

const JOBS = 200;
const AT_ONCE = 16;
const KILLED = 0.08;
/** A publish makes more requests than that. */
const LAST_KILL = 30;
/** Publishes of somebody who is alone, before and after the crowd: so small and so large is the index that the crowd writes. */
const ALONE = 6;
const PREFIX = 'busy';

/** A number from 0 to 1, the same in every run. */
function drawn(what: string): number {
  return createHash('sha256').update(what).digest().readUInt32BE() / 2 ** 32;
}

interface Yard {
  readonly proxy: CountingProxy;
  readonly repository: BucketRepository;
}

interface Ended {
  /** Null: killed. */
  readonly code: number | null;
  readonly stderr: string;
}

/** Publishes one package in a process of its own, which is killed when its request with the number `killAt` arrives. */
async function publish(
  { proxy, repository: { pakhus } }: Yard,
  name: string,
  { build, killAt }: { readonly build: string; readonly killAt?: number | undefined },
): Promise<Ended> {
  const file = await quickDeb(join(pakhus.cwd, build, name), { name, content: build });
  const { cwd, env } = pakhus.options();
  const child = spawn(pakhusBinary(), ['publish', file], {
    cwd,
    env: { ...env, AWS_SDK_UA_APP_ID: `${build}-${name}` },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (killAt !== undefined) kills.set(`${build}-${name}`, { pid: child.pid ?? 0, left: killAt });
  proxy.onRequest = ({ sender }) => {
    const kill = kills.get(sender);
    if (kill === undefined || --kill.left > 0) return 'pass';
    kills.delete(sender);
    process.kill(-kill.pid, 'SIGKILL');
    return drawn(`the last request of ${sender}`) < 0.5 ? 'cut' : 'pass';
  };
  const stderr = text(child.stderr);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  kills.delete(`${build}-${name}`);
  return { code, stderr: await stderr };
}

const kills = new Map<string, { readonly pid: number; left: number }>();

/** A job to its end: run again when it was killed, with other bytes. */
async function work(
  yard: Yard,
  { name, isKilled }: { readonly name: string; readonly isKilled: boolean },
): Promise<'done' | 'killed'> {
  const killAt = isKilled ? 1 + Math.floor(drawn(`when ${name}`) * LAST_KILL) : undefined;
  const first = await publish(yard, name, { build: 'build', killAt });
  if (first.code !== null) {
    expect(first, name).toEqual({ code: 0, stderr: expect.any(String) });
    return 'done';
  }
  const second = await publish(yard, name, { build: 'rebuild' });
  // Where the killed one was committed after all, other bytes of the same version are refused.
  if (second.code !== 0) expect(second.stderr, name).toMatch(/other bytes/);
  return 'killed';
}

/** Looks again and again until it is told to stop. A date that goes back and a file that is missing are errors. */
async function watch(store: Storage, isOver: () => boolean): Promise<number> {
  let looks = 0;
  let dateMs = 0;
  let packages: readonly string[] = [];
  for (; !isOver(); looks++) {
    const now = await readAsClient(store, 'deb', 'stable');
    if (now === undefined) throw new Error('the entry is gone');
    if (now.dateMs < dateMs) throw new Error('the entry went back');
    const lost = packages.filter((one) => !now.packages.includes(one));
    if (lost.length > 0) throw new Error(`${lost.join(', ')} went away`);
    ({ dateMs, packages } = now);
  }
  return looks;
}

/** Bytes that were sent up and revisions that came of them, while `act` ran. */
async function measure({ proxy, repository: { pakhus } }: Yard, act: () => Promise<unknown>) {
  const revision = async (): Promise<number> => {
    const { repositories } = (await pakhus.json('status')) as { repositories: { rev: number }[] };
    return repositories[0]?.rev ?? 0;
  };
  const before = { rev: await revision(), requests: proxy.passed.length };
  await act();
  const passed = proxy.passed.slice(before.requests);
  const revisions = (await revision()) - before.rev;
  return {
    revisions,
    requests: passed.length,
    bytesUp: passed.reduce((sum, { bytesUp }) => sum + bytesUp, 0),
  };
}

describeWith(
  `${JOBS} publishes on Ceph, ${AT_ONCE} at a time, ${KILLED * 100} % of them killed`,
  lackOfCeph(),
  () => {
    test('lose nothing, tear nothing, and send up little more than one after the other would', {
      timeout: 1_500_000,
    }, async () => {
      await using ceph = await startCeph();
      await using proxy = await startCountingProxy(ceph.endpoint);
      const { endpoint } = proxy;
      const server: S3Server = {
        ...ceph,
        endpoint,
        location: (prefix) => s3Location({ ...ceph, endpoint }, { ...ceph, prefix }),
      };
      await using repository = await createBucketRepository(server, PREFIX);
      const yard: Yard = { proxy, repository };
      await repository.pakhus.json(
        'publish',
        await quickDeb(repository.pakhus.cwd, { name: 'first' }),
        '--init',
      );
      const alone = (build: string) => async () => {
        for (let at = 0; at < ALONE; at++)
          expect(await publish(yard, `${build}${at}`, { build })).toMatchObject({ code: 0 });
      };

      const before = await measure(yard, alone('before'));
      const names = Array.from({ length: JOBS }, (_, at) => `p${String(at).padStart(3, '0')}`);
      let isOver = false;
      const looks = watch(await openS3(ceph, { prefix: PREFIX }), () => isOver);
      const order = names.toSorted((a, b) => drawn(`kill ${a}`) - drawn(`kill ${b}`));
      const toKill = new Set(order.slice(0, JOBS * KILLED));
      const waiting = names.values();
      const outcomes: string[] = [];
      const crowd = await measure(yard, () =>
        Promise.all(
          Array.from({ length: AT_ONCE }, async () => {
            for (const name of waiting) outcomes.push(await work(yard, { name, isKilled: toKill.has(name) }));
          }),
        ),
      ).finally(() => {
        isOver = true;
      });
      const after = await measure(yard, alone('after'));

      const aloneBytes = (before.bytesUp + after.bytesUp) / (before.revisions + after.revisions);
      const crowdBytes = crowd.bytesUp / crowd.revisions;
      const killed = outcomes.filter((outcome) => outcome === 'killed').length;
      process.stdout.write(
        `many-writers: ${JOBS} publishes, ${killed} killed, ${crowd.revisions} revisions, ${crowd.requests} requests, ` +
          `${await looks} looks; ${Math.round(crowdBytes)} bytes up for each revision, ${Math.round(aloneBytes)} alone\n`,
      );
      const seen = await readAsClient(await openS3(ceph, { prefix: PREFIX }), 'deb', 'stable');
      expect(seen?.packages).toEqual(expect.arrayContaining(names.map((name) => `${name} 1.0`)));
      expect(killed).toBeGreaterThan(10);
      await repository.pakhus.json('verify');
      expect(await repository.pakhus.json('status')).toMatchObject({
        repositories: [{ openIntents: 0, stale: [] }],
      });
      expect(crowdBytes / aloneBytes).toBeLessThan(1.5);

      const usable = (await aptClients()).filter(({ lack }) => lack === undefined);
      for (const { client } of usable) {
        await using apt = await createAptRoot(client(), { sources: await repository.sources() });
        succeeded(await apt.update());
        succeeded(await apt.install('p000', 'p099', 'p199'));
      }
    });
  },
);
