import { expect, test } from 'vitest';
import { createTestRepository } from '../../../tests/support/test-repository.ts';
import { openTail } from '../read-repository.ts';
import { samplePackages } from './sample-packages.ts';

test('at most 20 of all packages, unusual names among them, and always the same', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable, testing]');
  const names = Array.from({ length: 60 }, (_, index) => `package-${String(index).padStart(2, '0')}`);
  await user.publish([...names.map((name) => ({ name })), { name: 'g++' }]);
  await user.publish([{ name: 'other' }], { to: 'deb/testing' });
  const repository = await user.open();
  const tail = await openTail(repository);

  const stable = await samplePackages(repository, tail, { channel: 'stable' });
  expect(stable).toHaveLength(20);
  expect(new Set(stable.map(({ path }) => path)).size).toBe(20);
  expect(stable.map(({ name }) => name)).toEqual(expect.arrayContaining(['g++', 'package-02', 'package-56']));
  expect(await samplePackages(repository, tail, { channel: 'stable' })).toEqual(stable);

  const testing = await samplePackages(repository, tail, { channel: 'testing' });
  expect(testing.map(({ name }) => name)).toEqual(['other']);
});
