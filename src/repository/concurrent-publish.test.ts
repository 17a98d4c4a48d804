/** Several publishers on one store, in one process: each with a workspace of its own, as processes have. */
import { describe, expect, test } from 'vitest';
import { readAsClient } from '../../tests/support/apt-reader.ts';
import {
  createTestRepository,
  createTestUser,
  keysOf,
  type TestUser,
} from '../../tests/support/test-repository.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { readLog } from './history/history.ts';
import { verifyRepository } from './verify/verify.ts';

/** Users of one machine: they share their keys. */
function colleagues(user: TestUser, count: number): readonly TestUser[] {
  return Array.from({ length: count }, (_, at) => createTestUser({ ...user, author: `user-${at}@desk` }));
}

async function expectSound(user: TestUser): Promise<void> {
  const { findings } = await verifyRepository(await user.open(), user.options);
  expect(findings).toEqual([]);
  expect((await keysOf(user.store)).filter((key) => key.includes('/inbox/'))).toEqual([]);
  const dates = (await readLog(await user.open(), { limit: 1000 })).map(({ dateMs }) => dateMs).reverse();
  for (const [index, date] of dates.entries()) {
    expect(date % 1000).toBe(0);
    if (index > 0) expect(date).toBeGreaterThan(dates[index - 1] ?? 0);
  }
}

async function seen(user: TestUser, channel = 'stable'): Promise<readonly string[]> {
  return (await readAsClient(user.store, 'deb', channel))?.packages ?? [];
}

describe('two at once', () => {
  test.each([
    ['into a repository', true],
    ['into none yet', false],
  ])('different packages %s: both are there', async (_what, exists) => {
    await using user = await createTestRepository();
    if (exists) await user.publish([{ name: 'first' }]);
    const [ann, bob] = colleagues(user, 2);
    await Promise.all([ann?.publish([{ name: 'a' }]), bob?.publish([{ name: 'b' }])]);
    expect(await seen(user)).toEqual(exists ? ['a 1.0', 'b 1.0', 'first 1.0'] : ['a 1.0', 'b 1.0']);
    await expectSound(user);
  });

  test.each([
    ['into a repository', true],
    ['into none yet', false],
  ])('the very same package %s: both succeed, it is there once', async (_what, exists) => {
    await using user = await createTestRepository();
    if (exists) await user.publish([{ name: 'first' }]);
    await Promise.all(colleagues(user, 2).map((one) => one.publish([{ name: 'same' }])));
    expect((await seen(user)).filter((name) => name === 'same 1.0')).toHaveLength(1);
    await expectSound(user);
  });

  test('other bytes under one name: exactly one wins, the other one learns why, and nothing of it is listed', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'first' }]);
    const [ann, bob] = colleagues(user, 2);
    const results = await Promise.allSettled([
      ann?.publish([{ name: 'same', content: 'of ann' }, { name: 'with-a' }]),
      bob?.publish([{ name: 'same', content: 'of bob' }, { name: 'with-b' }]),
    ]);
    const lost = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(lost).toHaveLength(1);
    const [reason] = lost;
    expect(reason).toBeInstanceOf(PakhusError);
    expect(['INTENT_REJECTED', 'PACKAGE_CONFLICT']).toContain(reason.code);
    expect(reason.message).toMatch(/same 1\.0 amd64 is in stable\/main already, with other bytes/);
    const winner = results[0]?.status === 'fulfilled' ? 'with-a 1.0' : 'with-b 1.0';
    expect(await seen(user)).toEqual(['first 1.0', 'same 1.0', winner]);
    await expectSound(user);
  });

  test('other bytes under one name into two channels: both are there', async () => {
    await using user = await createTestRepository();
    await user.configure('channels: [stable, testing]');
    await user.publish([{ name: 'first' }]);
    const [ann, bob] = colleagues(user, 2);
    await Promise.all([
      ann?.publish([{ name: 'same', content: 'of ann' }], { to: 'deb/stable' }),
      bob?.publish([{ name: 'same', content: 'of bob' }], { to: 'deb/testing' }),
    ]);
    expect(await seen(user, 'stable')).toContain('same 1.0');
    expect(await seen(user, 'testing')).toContain('same 1.0');
    await expectSound(user);
  });
});

test('twenty at once: all are there, in a few revisions', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'first' }]);
  const names = Array.from({ length: 20 }, (_, at) => `p${String(at).padStart(2, '0')}`);
  await Promise.all(colleagues(user, 20).map((one, at) => one.publish([{ name: names[at] ?? '' }])));
  expect(await seen(user)).toEqual(['first 1.0', ...names.map((name) => `${name} 1.0`)]);
  expect((await readLog(await user.open(), { limit: 100 })).length).toBeLessThanOrEqual(11);
  await expectSound(user);
});
