import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWith, lackOfTools } from '../../tests/support/skip.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import type { SetupScript } from './setup-script.ts';
import { renderStoreScript } from './store-script.ts';

const URL = 'https://packages.example.org';

function repository(name: string, client: string, channels = ['stable']): SetupScript {
  return {
    repository: name,
    url: `${URL}/${name}`,
    client,
    fingerprints: ['ab'.repeat(20)],
    channels: channels.map((channel) => ({
      name: channel,
      setup: {
        script: `echo 'add ${name}/${channel}'\n`,
        undo: `echo 'remove ${name}/${channel}'\n`,
        next: ['update'],
      },
    })),
  };
}

const ALL = [
  repository('tools', 'apt', ['stable', 'testing']),
  repository('arch', 'pacman'),
  repository('drivers', 'pacman'),
  repository('feeds', 'opkg', ['24.10']),
];
const LIST =
  'tools/stable apt\ntools/testing apt\narch/stable pacman\ndrivers/stable pacman\nfeeds/24.10 opkg\n';
const script = renderStoreScript(URL, ALL) ?? '';

describeWith('setup.sh of a store', lackOfTools('dash', 'busybox'), () => {
  describe.each([['dash'], ['busybox', 'sh']])('%s', (shell, ...more) => {
    /** On a machine that has these programs and no others, as root. */
    async function run(programs: readonly string[], ...args: readonly string[]) {
      await using dir = await createTempDir('machine');
      const bin = join(dir.path, 'bin');
      await mkdir(bin);
      const path = execFileSync('which', [shell], { encoding: 'utf8' }).trim();
      await symlink(path, join(bin, shell));
      for (const program of programs) {
        await writeFile(join(bin, program), '#!/bin/sh\n');
        await chmod(join(bin, program), 0o755);
      }
      const { status, stdout, stderr } = spawnSync(path, [...more, '-s', '--', ...args], {
        input: script.replace('"$(id -u)" = 0', '0 = 0'),
        encoding: 'utf8',
        env: { PATH: bin },
      });
      return { status, stdout, stderr };
    }

    test.each([
      [['apt-get'], [], 'add tools/stable\nNext: update\n'],
      [['opkg'], [], 'add feeds/24.10\nNext: update\n'],
      [['apt-get'], ['--remove'], 'remove tools/stable\n'],
      [['apt-get'], ['tools'], 'add tools/stable\nNext: update\n'],
      [['apt-get'], ['tools/testing', '--remove'], 'remove tools/testing\n'],
      [['pacman'], ['drivers'], 'add drivers/stable\nNext: update\n'],
      [[], ['--list'], LIST],
      [[], ['--help'], 'usage: sh setup.sh [--remove] [REPOSITORY[/CHANNEL]] | --list | --help\n'],
    ])('with %j: %j', async (programs, args, stdout) => {
      expect(await run(programs, ...args)).toEqual({ status: 0, stdout, stderr: '' });
    });

    test.each([
      [['pacman'], [], `setup.sh: several fit; name one of these:\n${LIST}`],
      [['apt-get', 'opkg'], [], `setup.sh: several fit; name one of these:\n${LIST}`],
      [[], [], `setup.sh: this machine has no client for these:\n${LIST}`],
      [['apt-get'], ['other'], `setup.sh: there is no other; there are:\n${LIST}`],
      [['apt-get'], ['$(reboot)'], `setup.sh: there is no $(reboot); there are:\n${LIST}`],
      [['apt-get'], ['--force'], 'setup.sh: unknown option --force: there are --remove, --list and --help\n'],
    ])('with %j, %j is refused', async (programs, args, stderr) => {
      expect(await run(programs, ...args)).toEqual({ status: 2, stdout: '', stderr });
    });

    test('a named repository needs its client', async () => {
      expect(await run(['apt-get'], 'arch')).toEqual({
        status: 1,
        stdout: '',
        stderr: 'setup.sh: this machine has no pacman\n',
      });
    });

    test('half of it does nothing', () => {
      const half = script.slice(0, script.indexOf('# Last'));
      const { status, stdout } = spawnSync(shell, [...more, '-s'], { input: half, encoding: 'utf8' });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    });
  });
});

describeWith('setup.sh of a store, looked through', lackOfTools('shellcheck'), () => {
  test('has nothing that shellcheck minds', () => {
    expect(execFileSync('shellcheck', ['-'], { input: script, encoding: 'utf8' })).toBe('');
  });
});

test('names that a shell would take for something else get nothing', () => {
  const evil = { ...repository('tools', 'apt'), repository: 'x; touch /tmp/x' };
  expect(renderStoreScript(URL, [evil])).toBeUndefined();
  expect(renderStoreScript(URL, [evil, ...ALL])).toBe(script);
  expect(renderStoreScript('https://a\nb', ALL)).toBeUndefined();
});
