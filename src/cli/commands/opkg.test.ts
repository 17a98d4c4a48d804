/** Every command, on a repository for opkg. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCliSession } from '../../../tests/support/cli-session.ts';
import { createStaticServer } from '../../../tests/support/http-server.ts';
import { writeIpks } from '../../../tests/support/opkg-kit.ts';

test('commands that look, and those that change, do so without a complaint', async () => {
  await using session = await createCliSession();
  await using server = await createStaticServer(session.store);
  await session.configure(
    `url: ${server.url}`,
    'repositories:',
    '  openwrt: { format: opkg, channels: [stable, testing], components: [base, luci], architectures: [mips_24kc] }',
  );
  const lines: string[] = [];
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await session.run(...args);
    if (code !== 0 || /Warning|Error/.test(stderr)) lines.push(`${args.join(' ')}: ${code} ${stderr}`);
    return stdout;
  };
  const publish = async (version: string, to: string): Promise<string> => {
    const folder = join(session.cwd, `dist-${version}`);
    await writeIpks(folder, [
      { name: 'tool', version, architecture: 'mips_24kc', fields: ['Depends: libc, docs (>= 1)'] },
      { name: 'docs', version },
    ]);
    return run('publish', folder, '--to', to);
  };
  await run('init');
  await publish('1.0', 'openwrt/testing/base');
  await publish('2.0', 'openwrt/testing/luci');
  await run('promote', 'openwrt/testing/base', 'openwrt/stable/base', 'tool', 'docs');
  await run('pin', 'openwrt', '3', '--name', 'good');
  await run('remove', 'openwrt/testing/luci', 'docs');
  await run('rollback', 'openwrt/testing', '--to', '3');
  await run('key', 'rotate', 'openwrt');
  await run('resign', 'openwrt', '--force');
  await run('apply');
  await run('gc', 'openwrt');
  for (const args of [
    ...[
      ['status'],
      ['status', 'openwrt'],
      ['log', 'openwrt'],
      ['diff', 'openwrt', '2', '4'],
      ['list', 'openwrt'],
    ],
    ...[
      ['show', 'openwrt', 'tool'],
      ['show', 'openwrt@3'],
      ['search', 'docs'],
      ['client', 'openwrt/stable'],
    ],
    ...[
      ['verify', 'openwrt'],
      ['verify', 'openwrt', '--live'],
      ['repair', 'openwrt'],
      ['key', 'list'],
    ],
    ...[
      ['doctor'],
      ['config', 'show'],
      ['unpin', 'openwrt', 'good'],
      ['rollback', 'openwrt', '--to', '2', '--dry-run'],
    ],
  ])
    expect(await run(...args), args.join(' ')).not.toBe('');
  expect(lines).toEqual([]);
});
