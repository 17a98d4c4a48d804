import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inLanes } from './in-lanes.ts';

test('so many at once, and a slow one keeps nobody waiting', async () => {
  const ended: number[] = [];
  let running = 0;
  let most = 0;
  await inLanes([20, 1, 1, 1, 1], 2, async (turns) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    running -= 1;
    ended.push(turns);
  });
  expect({ most, ended }).toEqual({ most: 2, ended: [1, 1, 1, 1, 20] });
});

test('after a failure nothing new is begun, and what runs is waited for', async () => {
  const ended: number[] = [];
  const work = inLanes([1, 2, 3, 4, 5], 2, async (item) => {
    await setImmediate();
    if (item === 1) throw new Error('failed');
    await setImmediate();
    ended.push(item);
  });
  await expect(work).rejects.toThrow('failed');
  expect(ended).toEqual([2]);
});
