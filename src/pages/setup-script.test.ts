import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { FORMATS } from '../formats/table.ts';
import { renderSetupScript, type SetupScript } from './setup-script.ts';

const TOOLS: SetupScript = {
  repository: 'tools',
  url: 'https://packages.example.org/tools',
  client: 'sh',
  fingerprints: ['ab'.repeat(20)],
  channels: ['stable', '24.10'].map((name) => ({
    name,
    setup: {
      script: `echo "add ${name}"\n`,
      undo: `echo "remove ${name}"\n`,
      next: ['update', "install 'x'"],
    },
  })),
};

const script = renderSetupScript(TOOLS) ?? '';

describeWith('setup.sh', lackOfTools('dash', 'busybox'), () => {
  describe.each([['dash'], ['busybox', 'sh']])('%s', (shell, ...more) => {
    const run = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(shell, [...more, '-s', '--', ...args], {
        input: script.replace('"$(id -u)" = 0', '0 = 0'),
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };

    test.each([
      [[], "add stable\nNext: install 'x'\n"],
      [['24.10'], "add 24.10\nNext: install 'x'\n"],
      [['tools/24.10'], "add 24.10\nNext: install 'x'\n"],
      [['--remove'], 'remove stable\n'],
      [['24.10', '--remove'], 'remove 24.10\n'],
      [['--list'], 'stable\n24.10\n'],
    ])('%j', (args, stdout) => {
      expect(run(...args)).toEqual({ status: 0, stdout, stderr: '' });
    });

    test.each([
      [['noble'], 'setup.sh: there is no channel noble; there are: stable 24.10\n'],
      [['--force'], 'setup.sh: unknown option --force: there are --remove and --list\n'],
      [['$(touch /tmp/x)'], 'setup.sh: there is no channel $(touch /tmp/x); there are: stable 24.10\n'],
    ])('%j is refused', (args, stderr) => {
      expect(run(...args)).toEqual({ status: 1, stdout: '', stderr });
    });
  });

  test('a machine without the client is told so', () => {
    const input = renderSetupScript({ ...TOOLS, client: 'no-such-client' }) ?? '';
    expect(spawnSync('dash', ['-s'], { input, encoding: 'utf8' }).stderr).toBe(
      'setup.sh: this machine has no no-such-client\n',
    );
  });
});

describeWith('setup.sh of every format', lackOfTools('shellcheck'), () => {
  test.each(FORMATS.map((format) => [format.client, format] as const))('%s', (client, format) => {
    const settings = {
      format: format.name,
      channels: [{ name: 'stable', options: {} }],
      components: ['main', 'extra'],
      architectures: ['x86_64', 'aarch64'],
      options: format.name === 'pacman' ? { database: 'tools' } : {},
    };
    const url = 'https://packages.example.org/tools';
    const isUsign = format.signedBy === 'usign';
    const key = isUsign
      ? 'untrusted comment: public key\nRWRv5AdhBR+HpYt7E8iIbNAJFjIovy62iA/KW5pypHwwRjWuWf9JV5YA\n'
      : '-----BEGIN PGP\n\nabc\n';
    const setup = format.clientInstructions({
      ...{
        id: 'tools',
        url,
        channel: 'stable',
        components: ['main', 'extra'],
        architectures: settings.architectures,
      },
      ...{ publicKeys: [key], fingerprints: ['ab'.repeat(20)], keyUrl: `${url}/key.asc`, settings },
    });
    const text = renderSetupScript({ ...TOOLS, client, url, channels: [{ name: 'stable', setup }] }) ?? '';
    expect(execFileSync('shellcheck', ['-'], { input: text, encoding: 'utf8' })).toBe('');
  });
});

test('names that a shell would take for something else get no script', () => {
  const evil = TOOLS.channels.map((channel) => ({ ...channel, name: 'x\ntouch /tmp/x' }));
  expect(renderSetupScript({ ...TOOLS, channels: evil })).toBeUndefined();
  expect(renderSetupScript({ ...TOOLS, url: 'https://a\nb' })).toBeUndefined();
});
