import { expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from './fake-s3.ts';
import { outcomeOf, send } from './fake-s3-kit.ts';
import { CONFLICT, INTERNAL_ERROR, type S3Fault, SLOW_DOWN, STORE_FULL } from './faults.ts';

/** A store in which each put has this fault, and nothing else has one. */
function startFaulty(fault: S3Fault): Promise<FakeS3> {
  return startFakeS3({ faults: ({ operation }) => (operation === 'PutObject' ? fault : undefined) });
}

async function put(s3: FakeS3, body: string | Uint8Array = 'x'): Promise<string> {
  return send(s3, 'PUT', { path: 'a', body }).then(outcomeOf, () => 'cut');
}

function isThere(s3: FakeS3): boolean {
  return s3.find(s3.bucket)?.find('a') !== undefined;
}

test.for([
  [{ type: 'request-lost' }, 'cut', false],
  [{ type: 'answer-lost' }, 'cut', true],
  [{ type: 'late' }, 'cut', false],
  [{ type: 'cut-request', afterBytes: 0 }, 'cut', false],
  [{ type: 'delay', ms: 1 }, '200', true],
  [{ type: 'error-in-200', code: 'InternalError' }, '200 InternalError', false],
  [SLOW_DOWN, '503 SlowDown', false],
  [INTERNAL_ERROR, '500 InternalError', false],
  [CONFLICT, '409 ConditionalRequestConflict', false],
  [STORE_FULL, '507 QuotaExceeded', false],
] satisfies [S3Fault, string, boolean][])('%j', async ([fault, outcome, applied]) => {
  await using s3 = await startFaulty(fault);
  expect([await put(s3), isThere(s3)]).toEqual([outcome, applied]);
  expect(s3.requests.map((request) => request.fault)).toEqual([fault.type]);
});

test('a late request arrives when it is let go, or after so many others', async () => {
  await using s3 = await startFaulty({ type: 'late' });
  await put(s3);
  expect([s3.releaseLate(), isThere(s3), s3.releaseLate()]).toEqual([1, true, 0]);

  await using other = await startFaulty({ type: 'late', after: 2 });
  await put(other);
  await send(other, 'HEAD');
  expect(isThere(other)).toBe(false);
  await send(other, 'HEAD');
  expect(isThere(other)).toBe(true);
});

test('a late request is judged when it arrives', async () => {
  await using s3 = await startFaulty({ type: 'late' });
  await put(s3);
  s3.setClockOffset(16 * 60_000);
  expect([s3.releaseLate(), isThere(s3)]).toEqual([1, false]);
});

test('connections break within a body, in either direction', async () => {
  const big = new Uint8Array(2_000_000);
  await using s3 = await startFaulty({ type: 'cut-request', afterBytes: 1_000 });
  expect([await put(s3, big), isThere(s3)]).toEqual(['cut', false]);

  s3.setFaults(undefined);
  await put(s3, big);
  s3.setFaults(() => ({ type: 'cut-answer', afterBytes: 1_000_000 }));
  const answer = await send(s3, 'GET', { path: 'a' });
  expect(answer.headers.get('content-length')).toBe('2000000');
  await expect(answer.arrayBuffer()).rejects.toThrow();
  expect(s3.requests.at(-1)).toMatchObject({ status: 0, bytesOut: 1_000_000 });
});
