import { describe, expect, test } from 'vitest';
import { apply } from '../../../tests/support/intent-kit.ts';
import { type Pin, readPin, withoutPin, withPin } from './pins.ts';

const PINS: readonly Pin[] = [{ rev: 3 }, { rev: 3, name: 'lts' }, { rev: 5, name: '2026.11' }];

describe('a pin', () => {
  test.each<[what: string, pin: Pin, after: readonly Pin[]]>([
    ['of another revision', { rev: 4 }, [...PINS.slice(0, 2), { rev: 4 }, ...PINS.slice(2)]],
    ['with another name', { rev: 5, name: 'best' }, [...PINS, { rev: 5, name: 'best' }]],
    [
      'without a name, of a revision that has one',
      { rev: 5 },
      [...PINS.slice(0, 2), { rev: 5 }, ...PINS.slice(2)],
    ],
    ['that is there already', { rev: 3, name: 'lts' }, PINS],
  ])('%s is added in its order', (_what, pin, after) => {
    expect(withPin(PINS, pin)).toEqual(after);
  });

  test.each([
    ['another revision has', { rev: 4, name: 'lts' }, "'lts' is revision 3 already"],
    ['would be read as a revision', { rev: 4, name: '20261101' }, /it would be read as a revision$/],
    [
      'cannot be part of a place',
      { rev: 4, name: 'a/b' },
      /^'a\/b' is no name for a pin: expected up to 64 of/,
    ],
    ['is empty', { rev: 4, name: '' }, /is no name for a pin/],
  ])('has no name that %s', (_what, pin, message) => {
    expect(() => withPin(PINS, pin)).toThrow(
      expect.objectContaining({ code: 'INTENT_REJECTED', message: expect.stringMatching(message) }),
    );
  });

  test.each<[what: string, pin: Pin, after: readonly Pin[]]>([
    ['with its name, alone', { rev: 3, name: 'lts' }, [{ rev: 3 }, { rev: 5, name: '2026.11' }]],
    ['without a name, with all of its revision', { rev: 3 }, [{ rev: 5, name: '2026.11' }]],
    ['not when it is of another revision', { rev: 5, name: 'lts' }, PINS],
    ['not when it is not there', { rev: 4 }, PINS],
  ])('goes %s', (_what, pin, after) => {
    expect(withoutPin(PINS, pin)).toEqual(after);
  });

  test('is read from JSON', () => {
    expect(PINS.map((pin) => readPin(JSON.parse(JSON.stringify(pin))))).toEqual(PINS);
    expect(() => readPin({ rev: 'x' })).toThrow(TypeError);
    expect(() => readPin({ rev: 1, name: 2 })).toThrow(TypeError);
  });
});

describe('an intent', () => {
  test('pins and unpins, whole or not at all', async () => {
    const { pins, settled } = await apply([
      [
        { type: 'pin', pin: { rev: 3 } },
        { type: 'pin', pin: { rev: 4, name: 'lts' } },
      ],
      [
        { type: 'pin', pin: { rev: 5 } },
        { type: 'pin', pin: { rev: 10 } },
      ],
      [{ type: 'unpin', pin: { rev: 3 } }],
      [{ type: 'pin', pin: { rev: 3, name: 'lts' } }],
    ]);
    expect(pins).toEqual([{ rev: 4, name: 'lts' }]);
    expect(settled).toEqual([
      { ref: '1' },
      { ref: '2', rejected: 'tools has no revision 10' },
      { ref: '3' },
      { ref: '4', rejected: "'lts' is revision 4 already" },
    ]);
  });

  test('before the first revision is refused', async () => {
    const { settled } = await apply([[{ type: 'pin', pin: { rev: 1 } }]], { terms: undefined });
    expect(settled).toMatchObject([{ rejected: expect.stringMatching(/does not exist yet/) }]);
  });
});
