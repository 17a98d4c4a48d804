/** A bucket that fails at any moment of a publish: what the user is told, and that a second run finishes what the first one left. */
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { prefixStorage } from '../../../src/storage/prefix.ts';
import { parseS3Location } from '../../../src/storage/s3/location.ts';
import { openS3Storage } from '../../../src/storage/s3.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { type CliSession, createCliSession } from '../../support/cli-session.ts';
import { type FakeS3, startFakeS3 } from '../../support/fake-s3/fake-s3.ts';
import { type S3Fault, SLOW_DOWN, STORE_FULL } from '../../support/fake-s3/faults.ts';

const PREFIX = 'packages';
const GOES_ON = expect.stringMatching(/then run the command again; it goes on where it was/);

function publish(session: CliSession, s3: FakeS3, file: string) {
  return session.json('publish', file, '--store', s3.location(PREFIX));
}

/** A session with a bucket of its own, and a repository with one package there. They have one time. */
async function createSession() {
  let clock: Clock = systemClock();
  const s3 = await startFakeS3({ mode: 'ceph', now: () => clock.now() });
  const session = await createCliSession(s3.env);
  clock = session.clock;
  const file = await session.deb({ name: 'first' });
  expect(await session.json('publish', file, '--init', '--store', s3.location(PREFIX))).toMatchObject({
    code: 0,
  });
  const stop = async (): Promise<void> => {
    await s3.stop();
    await session[Symbol.asyncDispose]();
  };
  return { s3, session, [Symbol.asyncDispose]: stop };
}

/** What a client of the repository finds there. */
async function seen({ env, location }: FakeS3): Promise<readonly string[] | undefined> {
  const storage = await openS3Storage({ location: parseS3Location(location(), {}), env });
  return (await readAsClient(prefixStorage(storage, PREFIX), 'deb', 'stable'))?.packages;
}

test('an endpoint that is not there', async () => {
  const s3 = await startFakeS3();
  await using session = await createCliSession(s3.env);
  const file = await session.deb({ name: 'first' });
  await s3.stop();
  expect(await publish(session, s3, file)).toMatchObject({
    code: 1,
    error: {
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/does not answer \(ECONNREFUSED\)/),
      hint: GOES_ON,
    },
  });
});

test('a store that is busy at first is asked again', async () => {
  await using there = await createSession();
  const { s3, session } = there;
  s3.clearRequests();
  s3.setFaults(() => (s3.requests.length <= 3 ? SLOW_DOWN : undefined));
  expect(await publish(session, s3, await session.deb({ name: 'second' }))).toMatchObject({ code: 0 });
  expect(s3.requests.slice(0, 4).map(({ status }) => status)).toEqual([503, 503, 503, 206]);
});

/** From the request with this number on, nothing works any more. */
function breakFrom(s3: FakeS3, first: number, fault: S3Fault, touches: 'everything' | 'writes'): void {
  let requests = 0;
  s3.setFaults(({ method }) => {
    const isTouched = touches === 'everything' || method === 'PUT' || method === 'POST';
    return isTouched && requests++ >= first ? fault : undefined;
  });
}

test.for([
  {
    what: 'an endpoint that goes away',
    fault: { type: 'request-lost' },
    touches: 'everything',
    error: { code: 'STORE_UNAVAILABLE', message: /does not answer/, hint: GOES_ON },
  },
  {
    what: 'a store that fills up',
    fault: STORE_FULL,
    touches: 'writes',
    error: { code: 'STORE_FULL', message: /quota of the store is used up/, hint: GOES_ON },
  },
] as const)(
  '$what at any moment of a publish: nothing is torn, and a second run finishes it',
  {
    timeout: 300_000,
  },
  async ({ fault, touches, error }) => {
    await using there = await createSession();
    const { s3, session } = there;
    const published = ['first 1.0'];
    const codes = new Set<unknown>();
    for (let requests = 0; ; requests++) {
      const name = `p${String(requests).padStart(2, '0')}`;
      const file = await session.deb({ name });
      breakFrom(s3, requests, fault, touches);
      const result = await publish(session, s3, file);
      s3.setFaults(undefined);
      if (result.code === 0) break;
      const isCommitted = result.code === 3;
      expect(result, `${requests} requests`).toMatchObject({
        error: isCommitted
          ? { code: 'LEDGER_NOT_VISIBLE' }
          : { code: error.code, message: expect.stringMatching(error.message), hint: error.hint },
      });
      codes.add(result.code);
      expect([published, [...published, `${name} 1.0`]], `${requests} requests`).toContainEqual(
        await seen(s3),
      );
      expect(await publish(session, s3, file), `again after ${requests}`).toMatchObject({
        code: 0,
        error: undefined,
      });
      published.push(`${name} 1.0`);
      expect(await seen(s3)).toEqual(published);
    }
    expect(codes).toContain(3);
    expect(published.length).toBeGreaterThan(10);
    expect(await session.json('verify', '--store', s3.location(PREFIX))).toMatchObject({ code: 0 });
  },
);
