import { expect, test } from 'vitest';
import { leapingClock } from '../../tests/support/leaping-clock.ts';
import { type Scripted, scriptedReader } from '../../tests/support/scripted-reader.ts';
import { withRetries } from './retry.ts';

const URL = 'http://upstream.example/file';

/** Asks once, of a server that does as `script` says. */
async function ask(...script: readonly Scripted[]) {
  const clock = leapingClock();
  const server = scriptedReader(script);
  let retried = 0;
  const onRetry = (): void => {
    retried += 1;
  };
  const read = withRetries(server.read, { clock, random: () => 0.5, onRetry });
  const outcome = await read({ url: URL, limitBytes: 100 }).then(
    ({ status }) => status,
    (error: unknown) => error,
  );
  return { outcome, retried, slept: clock.slept, discarded: server.discarded() };
}

test('what fails for the moment is asked again, after longer and longer pauses', async () => {
  expect(await ask({ error: 'ECONNREFUSED' }, { error: 'ETIMEDOUT' }, { status: 503 }, {})).toEqual({
    ...{ outcome: 200, retried: 3, discarded: 1 },
    slept: [375, 750, 1500],
  });
});

test('at most four times: then the last answer, or error, is the result', async () => {
  const busy = { status: 503 };
  expect(await ask(busy, busy, busy, busy)).toMatchObject({ outcome: 503, retried: 3 });
  const cut = { error: 'ECONNRESET' };
  expect((await ask(cut, cut, cut, cut)).outcome).toMatchObject({ details: { reason: 'cut' } });
});

test.each([404, 403, 401, 416, 304, 206])('%i is an answer', async (status) => {
  expect(await ask({ status })).toMatchObject({ outcome: status, retried: 0 });
});

test('what lasts is not asked again', async () => {
  const { outcome, retried } = await ask({ error: 'CERT_HAS_EXPIRED' });
  expect(outcome).toMatchObject({ details: { reason: 'tls' } });
  expect(retried).toBe(0);
});

test.each([
  ['seconds', '20', [20_000]],
  ['a date', 'Thu, 01 Jan 2026 00:00:30 GMT', [30_000]],
  ['a date that is over', 'Thu, 01 Jan 2015 00:00:30 GMT', [375]],
  ['nonsense', 'soon', [375]],
])('Retry-After is kept to: %s', async (_, value, slept) => {
  expect(await ask({ status: 429, headers: { 'retry-after': value } }, {})).toMatchObject({
    outcome: 200,
    slept,
  });
});

test('nobody waits for an hour', async () => {
  expect(await ask({ status: 429, headers: { 'retry-after': '3600' } })).toMatchObject({
    outcome: 429,
    slept: [],
  });
});

test('many who fail at once come back at different times', async () => {
  const pauses = [0, 0.999].map(async (chance) => {
    const clock = leapingClock();
    const { read } = scriptedReader([{ error: 'ECONNRESET' }, {}]);
    await withRetries(read, { clock, random: () => chance })({ url: URL, limitBytes: 1 });
    return clock.slept[0];
  });
  expect(await Promise.all(pauses)).toEqual([250, 499.75]);
});
