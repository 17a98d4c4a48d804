import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../tests/support/temp.ts';
import type { SecretSource } from './key-environment.ts';
import { firstLine, readSecret } from './secret-source.ts';

const env = { PATH: process.env['PATH'] };
const origin = 'PAKHUS_SIGNING_PASSPHRASE_COMMAND';
const command = (...words: [string, ...string[]]): SecretSource => ({
  kind: 'command',
  origin,
  command: words,
});

test('a text is itself', async () => {
  const source: SecretSource = { kind: 'text', origin: 'PAKHUS_SIGNING_KEY', text: 'k' };
  expect(await readSecret(source, { env })).toEqual({ text: 'k', origin: 'PAKHUS_SIGNING_KEY', lints: [] });
});

test('a file is read, with what is to be said of it', async () => {
  await using dir = await createTempDir('secret');
  const path = join(dir.path, 'p');
  await writeFile(path, 'moss\n', { mode: 0o644 });
  const source: SecretSource = { kind: 'file', origin: 'PAKHUS_LEDGER_KEY_FILE', path };
  expect(await readSecret(source, { env })).toMatchObject({
    text: 'moss\n',
    origin: `${path} (PAKHUS_LEDGER_KEY_FILE)`,
    lints: [{ code: 'key-file-open' }],
  });
  const absent: SecretSource = { ...source, path: join(dir.path, 'absent') };
  await expect(readSecret(absent, { env })).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
});

describe('a command', () => {
  test('gives what it prints', async () => {
    expect(await readSecret(command('echo', 'wet moss'), { env })).toEqual({
      text: 'wet moss\n',
      origin,
      lints: [],
    });
  });

  test('that fails is named, and what it printed is not shown', async () => {
    const failing = readSecret(command('sh', '-c', 'echo moss; echo moss >&2; exit 3'), { env });
    await expect(failing).rejects.toMatchObject({
      code: 'KEY_PASSPHRASE',
      message: `The command of ${origin} gave no passphrase: sh ended with 3`,
      details: { origin, program: 'sh' },
    });
  });

  test('is ended by an abort', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(readSecret(command('sleep', '60'), { env, signal })).rejects.toThrow('stop');
  });
});

test.each([
  ['moss', 'moss'],
  ['moss\n', 'moss'],
  ['wet moss \r\nother\n', 'wet moss '],
  ['', ''],
  ['\n', ''],
])('the first line of %j is %j', (text, line) => {
  expect(firstLine(text)).toBe(line);
});
