import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runTogether } from './run-together.ts';

test('gives both results', async () => {
  expect(await runTogether(undefined, () => [Promise.resolve(1), Promise.resolve('a')])).toEqual([1, 'a']);
});

test('stops the other when one fails, and fails after it has ended', async () => {
  let stopped = false;
  const work = runTogether(undefined, (signal) => [
    Promise.reject(new Error('disk full')),
    sleep(60_000, undefined, { signal }).catch(() => {
      stopped = true;
    }),
  ]);
  await expect(work).rejects.toThrow('disk full');
  expect(stopped).toBe(true);
});

test('passes the outer signal on', async () => {
  const stop = new AbortController();
  const work = runTogether(stop.signal, (signal) => [
    sleep(60_000, undefined, { signal }),
    Promise.resolve(0),
  ]);
  stop.abort();
  await expect(work).rejects.toThrow('aborted');
});
