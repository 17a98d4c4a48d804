import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { collect } from '../../tests/support/catalog-kit.ts';
import { mapInOrder } from './map-in-order.ts';

describe('mapInOrder', () => {
  test('gives results in the order of the items, whichever ends first', async () => {
    const work = async (ms: number): Promise<number> => {
      await sleep(ms);
      return ms;
    };
    expect(await collect(mapInOrder([9, 1, 5, 0], { limit: 3, work }))).toEqual([9, 1, 5, 0]);
  });

  test('starts at most `limit` before the first result is taken', async () => {
    const started: number[] = [];
    const work = async (item: number): Promise<number> => {
      started.push(item);
      return item;
    };
    const results = mapInOrder([1, 2, 3, 4, 5], { limit: 2, work });
    await results.next();
    expect(started).toEqual([1, 2]);
    await results.next();
    expect(started).toEqual([1, 2, 3]);
    await results.return();
  });

  test('waits for all that it started when one fails', async () => {
    let ended = 0;
    const work = async (item: number): Promise<void> => {
      if (item === 0) throw new Error('no');
      await sleep(5);
      ended++;
    };
    await expect(collect(mapInOrder([0, 1, 2], { limit: 3, work }))).rejects.toThrow('no');
    expect(ended).toBe(2);
  });

  test('starts nothing more once the signal is aborted', async () => {
    const stop = new AbortController();
    const work = async (item: number): Promise<number> => {
      stop.abort(new Error('enough'));
      return item;
    };
    await expect(collect(mapInOrder([1, 2], { limit: 1, signal: stop.signal, work }))).rejects.toThrow(
      'enough',
    );
  });
});
