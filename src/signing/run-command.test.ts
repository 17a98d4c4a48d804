import { describe, expect, test } from 'vitest';
import { type CommandOptions, runCommand } from './run-command.ts';

const sh = (script: string, options: Partial<CommandOptions> = {}) =>
  runCommand(['sh', '-c', script], {
    env: { PATH: process.env['PATH'] },
    timeoutMs: 30_000,
    maxOutputBytes: 1000,
    ...options,
  });

test('the output of a command that succeeds', async () => {
  expect(await sh('cat', { input: Buffer.from('in') })).toEqual({ output: Buffer.from('in') });
});

test('arguments are no shell words', async () => {
  const options = { env: { PATH: process.env['PATH'] }, timeoutMs: 30_000, maxOutputBytes: 100 };
  const outcome = await runCommand(['printf', '%s', '$(id); "x" > y'], options);
  expect(outcome).toEqual({ output: Buffer.from('$(id); "x" > y') });
});

test('the environment is what is given', async () => {
  expect(await sh('echo "$A$HOME"', { env: { PATH: process.env['PATH'], A: 'a' } })).toEqual({
    output: Buffer.from('a\n'),
  });
});

test('a command that does not read its input is no failure', async () => {
  expect(await sh('echo ok', { input: Buffer.alloc(4_000_000) })).toEqual({ output: Buffer.from('ok\n') });
});

describe('failures are told', () => {
  test.each<[string, string, Partial<CommandOptions>, string, string]>([
    ['another exit code', 'echo why >&2; exit 3', {}, 'sh ended with 3', 'why'],
    ['a signal', 'kill -TERM $$', {}, 'sh ended with SIGTERM', ''],
    ['too much output', 'yes', {}, 'sh printed more than 1000 bytes', ''],
    ['too slow', 'echo wait >&2; sleep 60', { timeoutMs: 300 }, 'sh did not finish within 0.3 s', 'wait'],
    ['terminal controls', 'printf "\\033[2Jred\\nnext" >&2; exit 1', {}, 'sh ended with 1', '?[2Jred\nnext'],
  ])('%s', async (_name, script, options, failure, stderr) => {
    expect(await sh(script, options)).toEqual({ failure, stderr });
  });

  test('the end of a long error output', async () => {
    const outcome = await sh('yes 2>/dev/null | head -c 100000 >&2; echo last >&2; exit 1');
    expect(outcome).toMatchObject({ stderr: expect.stringMatching(/y\nlast$/) });
    expect('stderr' in outcome && outcome.stderr.length).toBeLessThanOrEqual(2000);
  });

  test('a program that does not exist', async () => {
    const options = { env: {}, timeoutMs: 30_000, maxOutputBytes: 100 };
    expect(await runCommand(['/nowhere/gpg', 'x'], options)).toMatchObject({
      failure: expect.stringContaining('/nowhere/gpg cannot be run: '),
    });
  });
});

describe('an abort', () => {
  test('before the start runs nothing', async () => {
    await expect(sh('echo', { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });

  test('ends the command', async () => {
    const controller = new AbortController();
    const running = sh('sleep 60', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('stop')), 50);
    await expect(running).rejects.toThrow('stop');
  });
});
