/** Timeline 5: death between an index and its detached signature. */
import { expect, test } from 'vitest';
import { repairRepository } from '../../../src/repository/verify/repair.ts';
import { faultyStorage, ProcessDeath } from '../../../src/storage/fault.ts';
import { createYard, problemsOf, STORES, seenBy, type Yard } from '../../support/collection-kit.ts';

const SIGNATURE = 'deb/dists/stable/Release.gpg';

/** Release is of revision 2, Release.gpg of revision 1, and nobody is left who would write it. */
async function tornPair(yard: Yard): Promise<void> {
  await yard.user.publish([{ name: 'demo', version: '1' }]);
  const dying = yard.process((store) =>
    faultyStorage(store, {
      decide: ({ operation, key }) =>
        operation === 'write' && key === SIGNATURE ? { type: 'death', applied: false } : { type: 'none' },
    }),
  );
  await expect(dying.publish([{ name: 'demo', version: '2' }])).rejects.toThrow(ProcessDeath);
}

test.each(STORES)(
  'a client of InRelease sees a whole repository, and verify names the pair (%s)',
  async (_name, kind) => {
    await using yard = await createYard(kind, 'channels: [stable]');
    await tornPair(yard);
    expect(await seenBy(yard)).toEqual(['demo 1']);
    expect((await problemsOf(yard.user)).join('\n')).toContain('dists/stable/Release.gpg');
  },
);

test.each(STORES)('the next writing command heals it, whatever it is for (%s)', async (_name, kind) => {
  await using yard = await createYard(kind, 'channels: [stable]');
  await tornPair(yard);
  await yard.process().publish([{ name: 'demo', version: '1' }]);
  expect(await seenBy(yard)).toEqual(['demo 1', 'demo 2']);
  expect(await problemsOf(yard.user)).toEqual([]);
});

test.each(STORES)('repair heals it without any key (%s)', async (_name, kind) => {
  await using yard = await createYard(kind, 'channels: [stable]');
  await tornPair(yard);
  const repository = await yard.process().open();
  await repairRepository(repository, { dryRun: false, ...yard.user.options });
  expect(await seenBy(yard)).toEqual(['demo 1', 'demo 2']);
  expect(await problemsOf(yard.user)).toEqual([]);
});
