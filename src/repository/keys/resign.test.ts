import { expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import { createTestRepository, type TestUser } from '../../../tests/support/test-repository.ts';
import { type ResignInput, resign } from './resign.ts';

const DAY_MS = 86_400_000;
const DUE: ResignInput = { channel: undefined, withinDays: undefined, force: false, dryRun: false };

const run = async (user: TestUser, change: Partial<ResignInput> = {}) =>
  resign(await user.open(), { ...DUE, ...change }, user.options);

async function published() {
  const user = await createTestRepository();
  await user.configure('channels: { stable: { validForDays: 10 }, testing: }');
  await user.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
  return user;
}

test('what has more than half of its time left is left alone', async () => {
  await using user = await published();
  await user.clock.sleep(4 * DAY_MS);
  expect(await run(user)).toMatchObject({
    channels: [
      { channel: 'stable', outcome: 'not due' },
      { channel: 'testing', outcome: 'never expires' },
    ],
    change: undefined,
  });
});

test('what has less is signed with a new date, and nothing else changes', async () => {
  await using user = await published();
  const before = await readAsClient(user.store, 'deb', 'stable');
  const untouched = await readAsClient(user.store, 'deb', 'testing');
  await user.clock.sleep(6 * DAY_MS);
  const { channels } = await run(user);
  expect(channels[0]).toMatchObject({ channel: 'stable', outcome: 'signed' });
  const after = await readAsClient(user.store, 'deb', 'stable');
  expect(after?.packages).toEqual(before?.packages);
  expect((after?.dateMs ?? 0) - (before?.dateMs ?? 0)).toBeGreaterThanOrEqual(6 * DAY_MS);
  expect(await readAsClient(user.store, 'deb', 'testing')).toEqual(untouched);
  expect((await run(user)).change).toBeUndefined();
});

test.each([
  [{ withinDays: 7 }, 'signed'],
  [{ withinDays: 5 }, 'not due'],
  [{ force: true }, 'signed'],
] as const)('%o decides otherwise', async (change, outcome) => {
  await using user = await published();
  await user.clock.sleep(4 * DAY_MS);
  expect((await run(user, { ...change, channel: 'stable' })).channels).toMatchObject([{ outcome }]);
});

test('a dry run says what is due and signs nothing', async () => {
  await using user = await published();
  await user.clock.sleep(6 * DAY_MS);
  expect(await run(user, { dryRun: true })).toMatchObject({
    channels: [{ outcome: 'signed' }, {}],
    change: undefined,
  });
});
