/** Copies into a bucket that loses requests and answers. */
import { expect, test } from 'vitest';
import { createCliSession } from '../support/cli-session.ts';
import { startFakeS3 } from '../support/fake-s3/fake-s3.ts';
import { type FaultyRequest, INTERNAL_ERROR, type S3Fault, SLOW_DOWN } from '../support/fake-s3/faults.ts';

const FAULTS: readonly S3Fault[] = [
  { type: 'request-lost' },
  { type: 'answer-lost' },
  { type: 'late', after: 3 },
  { type: 'cut-answer', afterBytes: 10 },
  INTERNAL_ERROR,
  SLOW_DOWN,
];

/** One request in five, each fault by turns. */
function oftenWrong({ index }: FaultyRequest): S3Fault | undefined {
  return index % 5 === 2 ? FAULTS[Math.floor(index / 5) % FAULTS.length] : undefined;
}

test('whatever gets lost, the copy is whole once a run has ended well', async () => {
  await using s3 = await startFakeS3({ awsPaths: false });
  await using session = await createCliSession(s3.env);
  await session.run('publish', await session.deb({ name: 'date' }), '--init');
  for (const name of ['apple', 'banana', 'cherry']) await session.deb({ name }, 'debs');
  const to = s3.location('copy');
  // What the store does is tried before.
  await session.run('store', 'copy', to);
  await session.run('publish', 'debs');
  s3.setFaults(oftenWrong);
  let code = 1;
  for (let runs = 0; code !== 0 && runs < 20; runs++) code = (await session.run('store', 'copy', to)).code;
  expect(code).toBe(0);
  s3.setFaults(undefined);
  s3.releaseLate();
  const { stdout, code: verified } = await session.run('verify', '--store', to);
  expect({ verified, stdout }).toMatchObject({ verified: 0 });
  expect((await session.run('store', 'copy', to)).stdout).toContain('has revision 2 already');
}, 120_000);
