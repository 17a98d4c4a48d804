import { expect, test } from 'vitest';
import { releaseBytes } from './release-bytes.ts';

test('large buffers are given back, with all views of them', () => {
  const bytes = Buffer.allocUnsafeSlow(1 << 20);
  const view = bytes.subarray(10, 20);
  releaseBytes(view);
  expect([bytes.length, view.length]).toEqual([0, 0]);
});

test('the pool that small buffers share is left alone', () => {
  const [released, other] = [Buffer.from('one'), Buffer.from('another')];
  releaseBytes(released);
  expect(other.toString()).toBe('another');
});
