import { describe, expect, test } from 'vitest';
import { keysFromEnvironment } from './key-environment.ts';

const nothing = { signing: undefined, passphrase: undefined, ledger: undefined };

test('nothing is set', () => {
  expect(keysFromEnvironment({ HOME: '/root' })).toEqual(nothing);
});

test('an empty variable is as good as none', () => {
  const env = { PAKHUS_SIGNING_KEY: '', PAKHUS_SIGNING_KEY_FILE: '', PAKHUS_LEDGER_KEY: '' };
  expect(keysFromEnvironment(env)).toEqual(nothing);
});

test.each<[Record<string, string>, object]>([
  [{ PAKHUS_SIGNING_KEY: 'k' }, { signing: { kind: 'text', origin: 'PAKHUS_SIGNING_KEY', text: 'k' } }],
  [
    { PAKHUS_SIGNING_KEY_FILE: '/k' },
    { signing: { kind: 'file', origin: 'PAKHUS_SIGNING_KEY_FILE', path: '/k' } },
  ],
  [
    { PAKHUS_SIGNING_PASSPHRASE: ' p ' },
    { passphrase: { kind: 'text', origin: 'PAKHUS_SIGNING_PASSPHRASE', text: ' p ' } },
  ],
  [
    { PAKHUS_SIGNING_PASSPHRASE_FILE: 'p' },
    { passphrase: { kind: 'file', origin: 'PAKHUS_SIGNING_PASSPHRASE_FILE', path: 'p' } },
  ],
  [{ PAKHUS_LEDGER_KEY: 'l' }, { ledger: { kind: 'text', origin: 'PAKHUS_LEDGER_KEY', text: 'l' } }],
  [
    { PAKHUS_LEDGER_KEY_FILE: '/l' },
    { ledger: { kind: 'file', origin: 'PAKHUS_LEDGER_KEY_FILE', path: '/l' } },
  ],
])('%j', (env, found) => {
  expect(keysFromEnvironment(env)).toEqual({ ...nothing, ...found });
});

describe('a command', () => {
  test.each([
    ['pass show pakhus', ['pass', 'show', 'pakhus']],
    ['  pass  ', ['pass']],
    ['["pass", "show", "my \\"key\\" $HOME"]', ['pass', 'show', 'my "key" $HOME']],
  ])('%s', (text, command) => {
    const { passphrase } = keysFromEnvironment({ PAKHUS_SIGNING_PASSPHRASE_COMMAND: text });
    expect(passphrase).toEqual({ kind: 'command', origin: 'PAKHUS_SIGNING_PASSPHRASE_COMMAND', command });
  });

  test.each(['pass show "my key"', 'echo $SECRET', 'echo `id`', '["pass", 1]', '["pass"', '[]', '[""]', ' '])(
    '%s is refused, and not shown',
    (text) => {
      expect(() => keysFromEnvironment({ PAKHUS_SIGNING_PASSPHRASE_COMMAND: text })).toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: expect.stringMatching(/^PAKHUS_SIGNING_PASSPHRASE_COMMAND is no command: quotes/),
        }),
      );
    },
  );

  test('is for passphrases only', () => {
    expect(keysFromEnvironment({ PAKHUS_SIGNING_KEY_COMMAND: 'pass show key' })).toEqual(nothing);
  });
});

test.each([
  ['PAKHUS_SIGNING_KEY', 'PAKHUS_SIGNING_KEY_FILE'],
  ['PAKHUS_SIGNING_PASSPHRASE', 'PAKHUS_SIGNING_PASSPHRASE_COMMAND'],
  ['PAKHUS_SIGNING_PASSPHRASE_FILE', 'PAKHUS_SIGNING_PASSPHRASE_COMMAND'],
  ['PAKHUS_LEDGER_KEY', 'PAKHUS_LEDGER_KEY_FILE'],
])('%s and %s exclude each other', (one, other) => {
  expect(() => keysFromEnvironment({ [one]: 'x', [other]: 'x' })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`${one} and ${other}`),
    }),
  );
});
