import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AT_ONCE, createUploads } from './uploads.ts';

const A = { sha256: 'a', chunks: [Buffer.from('aaaa')] };
const B = { sha256: 'b', chunks: [Buffer.from('bb'), Buffer.from('bb')] };

test('writes go on until somebody waits for all of them', async () => {
  const uploads = createUploads();
  const gate = Promise.withResolvers<void>();
  const done: string[] = [];
  await uploads.add(A, () => gate.promise.then(() => done.push('a')));
  await uploads.add(B, async () => done.push('b'));
  const settled = uploads.settled().then(() => done.push('settled'));
  await setTimeout(1);
  expect(done).toEqual(['b']);
  gate.resolve();
  await settled;
  expect(done).toEqual(['b', 'a', 'settled']);
});

test('an error of a write is told once, to whoever waits', async () => {
  const uploads = createUploads();
  await uploads.add(A, () => Promise.reject(new Error('full')));
  await uploads.add(B, async () => undefined);
  await expect(uploads.settled()).rejects.toThrow('full');
  await uploads.settled();
});

test('what would be too much waits for what is under way', async () => {
  const uploads = createUploads({ waitingBytes: 6 });
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  await uploads.add(A, () => gate.promise);
  const second = uploads.add(B, async () => void order.push('second')).then(() => order.push('added'));
  await setTimeout(1);
  expect(order).toEqual([]);
  gate.resolve();
  await second;
  expect(order).toEqual(['second', 'added']);
});

test('the youngest bytes are kept', async () => {
  const uploads = createUploads({ keptBytes: 8 });
  await uploads.add(A, async () => undefined);
  await uploads.add(B, async () => undefined);
  expect(uploads.recall('a')).toEqual(A.chunks);
  uploads.keep('c', [Buffer.from('c')]);
  expect([uploads.recall('a'), uploads.recall('b')]).toEqual([undefined, B.chunks]);
});

test('a store on this machine is written to at once, and nothing is kept', async () => {
  let isDone = false;
  await AT_ONCE.add(A, async () => {
    await setTimeout(1);
    isDone = true;
  });
  expect([isDone, AT_ONCE.recall('a')]).toEqual([true, undefined]);
  await expect(AT_ONCE.add(A, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
});
