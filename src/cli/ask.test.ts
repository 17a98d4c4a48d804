import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createAsk } from './ask.ts';

function stage(signal = new AbortController().signal) {
  const stdin = new PassThrough();
  let asked = '';
  const output = {
    isTerminal: true,
    columns: () => 80,
    lines: async () => {},
    line: async () => {},
    raw: (text: string) => {
      asked += text;
    },
  };
  const reporter = { report: () => {}, pause: () => {}, close: () => {} };
  return { stdin, ask: createAsk({ stdin, output, signal, reporter }), asked: () => asked };
}

describe('the answer', () => {
  test.each([
    ['y\n', true],
    ['YES\n', true],
    [' y \n', true],
    ['\n', false],
    ['n\n', false],
    ['yesterday\n', false],
  ])('%j', async (typed, answer) => {
    const { stdin, ask, asked } = stage();
    stdin.write(typed);
    expect(await ask('Make it?')).toBe(answer);
    expect(asked()).toBe('Make it? [y/N] ');
  });

  test('the end of the input is a no', async () => {
    const { stdin, ask } = stage();
    stdin.end();
    expect(await ask('Make it?')).toBe(false);
  });

  test('Ctrl-C ends the question', async () => {
    const controller = new AbortController();
    const { ask } = stage(controller.signal);
    const answer = ask('Make it?');
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});
