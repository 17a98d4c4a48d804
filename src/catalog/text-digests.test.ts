import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../core/digest.ts';
import { createTextDigests } from './text-digests.ts';

describe('createTextDigests', () => {
  const withAll = () => {
    const digests = createTextDigests();
    const { state } = digests.longest('packages', ['all', 'amd64']);
    state.update(Buffer.from('text of all, '));
    digests.keep('packages', ['all', 'amd64'], { runs: 1, sizeBytes: 13, state });
    state.update(Buffer.from('of amd64'));
    digests.keep('packages', ['all', 'amd64'], { runs: 2, sizeBytes: 21, state });
    return digests;
  };

  test('an index goes on where another one that began alike went on', () => {
    const { runs, sizeBytes, state } = withAll().longest('packages', ['all', 'arm64']);
    state.update(Buffer.from('of arm64'));
    expect({ runs, sizeBytes, sha256: state.hex() }).toEqual({
      runs: 1,
      sizeBytes: 13,
      sha256: sha256Hex('text of all, of arm64'),
    });
  });

  test('each may go on by itself', () => {
    const digests = withAll();
    digests.longest('packages', ['all']).state.update(Buffer.from('something'));
    expect(digests.longest('packages', ['all']).state.hex()).toBe(sha256Hex('text of all, '));
    expect(digests.longest('packages', ['all', 'amd64']).state.hex()).toBe(
      sha256Hex('text of all, of amd64'),
    );
  });

  test.each([
    ['other runs', 'packages', ['amd64', 'all']],
    ['another rendering', 'sources', ['all']],
    ['no run', 'packages', []],
  ])('begins anew for %s', (_, segment, runs) => {
    const { runs: known, sizeBytes, state } = withAll().longest(segment, runs);
    expect([known, sizeBytes, state.hex()]).toEqual([0, 0, sha256Hex('')]);
  });
});
