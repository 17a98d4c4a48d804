import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../tests/support/run-command.ts';
import type { ClientInput } from '../client-types.ts';
import { clientInstructions } from './client.ts';

const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nmDME\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n';

const input: ClientInput = {
  id: 'tools',
  url: 'https://packages.example.org/tools',
  channel: 'stable',
  components: ['main', 'extra'],
  architectures: ['amd64'],
  publicKeys: [key],
  keyUrl: 'https://packages.example.org/keys/tools.asc',
  fingerprints: ['abcdef0123456789abcdef0123456789abcdef01'],
  settings: {
    format: 'deb',
    channels: [{ name: 'stable', options: {} }],
    components: ['main', 'extra'],
    architectures: ['amd64'],
    options: {},
  },
};

const sources = `Types: deb
URIs: https://packages.example.org/tools
Suites: stable
Components: main extra
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDME
 =abcd
 -----END PGP PUBLIC KEY BLOCK-----
`;

describe('a client', () => {
  test('gets one file with the key inside', () => {
    expect(clientInstructions(input).files).toEqual([
      { path: '/etc/apt/sources.list.d/tools.sources', content: sources, about: expect.any(String) },
    ]);
  });

  test('gets every key when there are several', () => {
    const [file] = clientInstructions({ ...input, publicKeys: [key, key] }).files;
    expect(file?.content.match(/^ -----BEGIN/gm)).toHaveLength(2);
  });

  test.each(['script', 'oneLiner'] as const)(
    'writes that file by the %s, whatever the URL',
    async (which) => {
      const url = "https://example.org/it's/$HOME/`x`\\n%s";
      const text = clientInstructions({ ...input, url })[which];
      if (which === 'oneLiner') expect(text).not.toContain('\n');
      const harmless = text
        .replace(' > /etc/apt/sources.list.d/tools.sources', '')
        .replace('apt-get update', 'echo update');
      const result = await runCommand(['sh', '-euc', harmless]);
      expect(result).toEqual({ code: 0, stderr: '', stdout: `${sources.replace(input.url, url)}update\n` });
    },
  );

  test('can take it back, and knows what to type next', () => {
    const { undo, next } = clientInstructions(input);
    expect(undo).toContain('rm -f /etc/apt/sources.list.d/tools.sources');
    expect(undo).toContain('/etc/apt/keyrings/tools.asc');
    expect(next).toEqual(['apt update', 'apt install PACKAGE']);
  });

  test('with older apt has the key in a file', () => {
    const [keyring, oneLine] = clientInstructions(input).variants.map((variant) => variant.text);
    const fetch = `download-file 'https://packages.example.org/keys/tools.asc' /etc/apt/keyrings/tools.asc`;
    expect(keyring).toContain(fetch);
    expect(keyring).toContain("'Signed-By: /etc/apt/keyrings/tools.asc'");
    expect(oneLine).toContain(fetch);
    const line =
      'deb [signed-by=/etc/apt/keyrings/tools.asc] https://packages.example.org/tools stable main extra';
    expect(oneLine).toContain(`echo '${line}' > /etc/apt/sources.list.d/tools.list`);
  });

  test('has a file for every name that a repository can have', () => {
    const { files } = clientInstructions({ ...input, id: 'my_tools-24.10' });
    expect(files[0]?.path).toBe('/etc/apt/sources.list.d/my_tools-24.10.sources');
  });

  test('on this machine copies the key', () => {
    const [variant] = clientInstructions({ ...input, keyUrl: 'file:///srv/my%20repo/k.asc' }).variants;
    expect(variant?.text).toContain("cp '/srv/my repo/k.asc' /etc/apt/keyrings/tools.asc");
  });

  test.each(['', 'packages.example.org', 'https://example.org/a b', 'https://example.org/a\nTypes: deb-src'])(
    'cannot use the URL %j',
    (url) => {
      expect(() => clientInstructions({ ...input, url })).toThrow(
        expect.objectContaining({ code: 'SETTINGS_INVALID' }),
      );
    },
  );
});
