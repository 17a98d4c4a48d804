import { expect, test } from 'vitest';
import type { HeldPackage } from '../client-types.ts';
import type { RepositorySettings } from '../format.ts';
import { downgradeInstructions } from './downgrade.ts';

const settings: RepositorySettings = {
  format: 'opkg',
  channels: [{ name: 'stable', options: {} }],
  components: ['main'],
  architectures: [],
  options: {},
};
const held = (name: string, version: string, architecture = 'all'): HeldPackage => ({
  name,
  version,
  architecture,
  slot: architecture,
});
const instructions = (gone: readonly HeldPackage[], there: readonly HeldPackage[]) =>
  downgradeInstructions({ id: 'opkg', settings, channel: { name: 'stable', options: {} }, gone, there });

test('names go back together: older versions, and other bytes of the same one', () => {
  const gone = [held('b', '2'), held('a', '1'), held('c', '1'), held('d', '3')];
  const there = [held('b', '1'), held('a', '1'), held('c', '2')];
  expect(instructions(gone, there)).toEqual({
    commands: ['opkg update', 'opkg remove --force-depends a b && opkg install a b'],
    lasting: undefined,
    left: ['d'],
  });
});

test('what is newer comes by itself', () => {
  expect(instructions([held('a', '1')], [held('a', '2')]).commands).toEqual([]);
});

test('hundreds of names are nothing to be typed', () => {
  const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
  const gone = names.map((name) => held(name, '2'));
  const there = names.map((name) => held(name, '1'));
  expect(instructions(gone, there).commands).toEqual([]);
});
