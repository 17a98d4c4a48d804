/** Fixed names of a channel that the repository does not have any more. */
import { expect, test } from 'vitest';
import {
  collect,
  createYard,
  DAY,
  problemsOf,
  STORES,
  seenBy,
  type Yard,
} from '../../../tests/support/collection-kit.ts';
import { keysOf } from '../../../tests/support/test-repository.ts';
import { applySettings } from '../apply-settings.ts';
import { openTail } from '../read-repository.ts';
import { parseWanted, removePackages } from '../remove-packages.ts';

async function applyChannels({ user }: Yard, channels: string): Promise<void> {
  await user.configure(`channels: [${channels}]`);
  const { config } = await user.workspace();
  const [wanted] = config.repositories.value;
  if (wanted === undefined) throw new Error('not configured');
  await applySettings(
    await user.open(),
    { wanted, config, dryRun: false, breakClients: false },
    user.options,
  );
}

/** The channel `old` had a package, and is gone; three changes came since. */
async function withoutOld(capabilities: Parameters<typeof createYard>[0]): Promise<Yard> {
  const yard = await createYard(capabilities, 'channels: [stable, old]');
  await yard.user.publish([{ name: 'demo' }]);
  await yard.user.publish([{ name: 'before' }], { to: 'deb/old' });
  const input = { from: { channel: 'old' }, wanted: [parseWanted('before')], all: true, dryRun: false };
  await removePackages(await yard.user.open(), input, yard.user.options);
  await applyChannels(yard, 'stable');
  await yard.publishDaily('2.0', '3.0', '4.0');
  return yard;
}

test.each(STORES)('go after the grace, the entry first (in %s)', async (_name, capabilities) => {
  await using yard = await withoutOld(capabilities);
  await collect(yard.user);
  expect(await keysOf(yard.store, 'deb/dists/old/')).not.toEqual([]);
  yard.clock.advance(20 * DAY);
  const deleted: string[] = [];
  const watched = yard.process((inner) => ({
    ...inner,
    delete: (key, options) => {
      deleted.push(key);
      return inner.delete(key, options);
    },
  }));
  await collect(watched);
  expect(await keysOf(yard.store, 'deb/dists/old/')).toEqual([]);
  const names = deleted.filter((key) => key.startsWith('deb/dists/old/') && !key.includes('/by-hash/'));
  expect(names.slice(0, 3).map((key) => key.slice('deb/dists/old/'.length))).toEqual([
    'InRelease',
    'Release.gpg',
    'Release',
  ]);
  expect(deleted.slice(0, names.length)).toEqual(names);
  expect((await openTail(await yard.user.open())).revision.manifest.gone).toEqual([]);
  expect(await seenBy(yard)).toEqual(['demo 1.0', 'demo 2.0', 'demo 3.0', 'demo 4.0']);
  expect(await problemsOf(yard.user)).toEqual([]);
});

test('stay when the channel came back', async () => {
  await using yard = await withoutOld({});
  await applyChannels(yard, 'stable, old');
  await yard.publishDaily('5.0', '6.0', '7.0');
  yard.clock.advance(20 * DAY);
  await collect(yard.user);
  expect(await seenBy(yard, 'old')).toEqual([]);
  expect(await keysOf(yard.store, 'deb/dists/old/')).toContain('deb/dists/old/InRelease');
  expect(await problemsOf(yard.user)).toEqual([]);
});
