import { expect, test } from 'vitest';
import { leapingClock } from '../../tests/support/leaping-clock.ts';
import { withLimits } from './limits.ts';
import type { UrlReader } from './url-reader.ts';

const at = (host: string, path = '') => ({ url: `http://${host}/${path}`, limitBytes: 100 });

/** Answers with `pieces`; tells how many answers were under way at once. */
function server(pieces: readonly string[] = ['x']) {
  let open = 0;
  let most = 0;
  const read: UrlReader = async () => {
    open += 1;
    most = Math.max(most, open);
    return {
      ...{ status: 200, headers: {}, redirects: [] },
      body: (async function* () {
        for (const piece of pieces) yield Buffer.from(piece);
        open -= 1;
      })(),
      discard: () => {
        open -= 1;
      },
    };
  };
  return { read, most: () => most };
}

async function readAll(read: UrlReader, request: Parameters<UrlReader>[0]): Promise<void> {
  for await (const _ of (await read(request)).body);
}

test('a host has as many answers under way as it may, whether they are read, discarded or fail', async () => {
  const { read: plain, most } = server();
  let asked = 0;
  const failing: UrlReader = async (request) => {
    asked += 1;
    if (asked % 5 === 0) throw new Error('failed');
    return plain(request);
  };
  const read = withLimits(failing, { connectionsPerHost: 3 }, leapingClock());
  const all = Array.from({ length: 20 }, async (_, index) => {
    if (index % 3 === 0) (await read(at('a.example'))).discard();
    else await readAll(read, at('a.example'));
  });
  const failed = (await Promise.allSettled(all)).filter(({ status }) => status === 'rejected');
  expect({ most: most(), failed: failed.length }).toEqual({ most: 3, failed: 4 });
});

test('another host has its own', async () => {
  const { read: plain, most } = server();
  const read = withLimits(plain, { connectionsPerHost: 1 }, leapingClock());
  await Promise.all(['a.example', 'b.example', 'a.example'].map((host) => readAll(read, at(host))));
  expect(most()).toBe(2);
});

test('a connection is free again when its body is left in the middle', async () => {
  const { read: plain } = server(['x', 'y']);
  const read = withLimits(plain, { connectionsPerHost: 1 }, leapingClock());
  for await (const _ of (await read(at('a.example'))).body) break;
  await readAll(read, at('a.example'));
});

test('so many requests a second and no more', async () => {
  const clock = leapingClock();
  const read = withLimits(server().read, { connectionsPerHost: 1, requestsPerSecond: 4 }, clock);
  for (let count = 0; count < 5; count++) await readAll(read, at('a.example'));
  expect(clock.slept).toEqual([250, 250, 250, 250]);
});

test('so many bytes a second and no more, from all hosts together', async () => {
  const clock = leapingClock();
  const startMs = clock.now();
  const { read: plain } = server(['x'.repeat(50), 'x'.repeat(50)]);
  const read = withLimits(plain, { connectionsPerHost: 1, bytesPerSecond: 100 }, clock);
  for (const host of ['a.example', 'b.example', 'a.example']) await readAll(read, at(host));
  expect(clock.now() - startMs).toBe(2500);
});
