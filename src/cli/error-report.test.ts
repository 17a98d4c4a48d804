import { describe, expect, test } from 'vitest';
import { PakhusError } from '../core/pakhus-error.ts';
import { errorJson, errorLines, reportError } from './error-report.ts';
import { createPalette } from './palette.ts';

const calm = new AbortController().signal;
const aborted = AbortSignal.abort();
const lines = (error: unknown, { debug = false, signal = calm } = {}) =>
  errorLines(reportError(error, { debug, signal }), createPalette(false));

test('what failed and why, its code, and last what to do', () => {
  const error = new PakhusError('REPOSITORY_NOT_FOUND', "no repository 'tools' in /srv/repo", {
    hint: 'pakhus publish DIR --init makes it.',
    details: { repository: 'tools' },
  });
  expect(lines(error)).toEqual([
    "Error: no repository 'tools' in /srv/repo (REPOSITORY_NOT_FOUND)",
    '  pakhus publish DIR --init makes it.',
  ]);
  expect(JSON.parse(errorJson(reportError(error, { debug: false, signal: calm })))).toEqual({
    type: 'error',
    code: 'REPOSITORY_NOT_FOUND',
    exitCode: 10,
    message: "no repository 'tools' in /srv/repo",
    hint: 'pakhus publish DIR --init makes it.',
    details: { repository: 'tools' },
  });
});

test('a bug says that it is one, and how to tell more', () => {
  expect(lines(new TypeError('x is not a function'))).toEqual([
    'Error: This is a bug in pakhus: x is not a function (INTERNAL_ERROR)',
    '  Please report it with what the same command prints with --debug.',
  ]);
  expect(reportError('thrown text', { debug: false, signal: calm })).toMatchObject({
    exitCode: 1,
    code: 'INTERNAL_ERROR',
  });
});

test('the stack comes with --debug only, with its causes', () => {
  const error = new PakhusError('STORE_UNAVAILABLE', 'the store is gone', { cause: new Error('ECONNRESET') });
  expect(lines(error).join('\n')).not.toContain('error-report.test.ts');
  const text = lines(error, { debug: true }).join('\n');
  expect(text).toMatch(
    /^Error: the store is gone[\s\S]*error-report\.test\.ts[\s\S]*caused by Error: ECONNRESET/,
  );
});

describe('after Ctrl-C', () => {
  const reason = aborted.reason;
  test.each([
    ['the reason itself', reason, 130],
    ['an error that it caused', new PakhusError('NETWORK_FAILED', 'request failed', { cause: reason }), 130],
    ["the platform's own error", new DOMException('aborted', 'AbortError'), 130],
    ['an error of its own', new PakhusError('STORE_FULL', 'no room'), 1],
    [
      'what was done before says more',
      new PakhusError('LEDGER_NOT_VISIBLE', 'committed', { cause: reason }),
      3,
    ],
  ])('%s', (_name, error, exitCode) => {
    expect(reportError(error, { debug: false, signal: aborted }).exitCode).toBe(exitCode);
  });
  test('says that nothing is lost', () => {
    expect(lines(reason, { signal: aborted })).toEqual([
      'Interrupted.',
      '  Nothing is lost: run the same command again.',
    ]);
  });
});
