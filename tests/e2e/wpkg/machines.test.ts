/** Machines that are set up as `pakhus client` says, with the real wpkg where it is installed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createStaticServer } from '../../support/http-server.ts';
import { createPakhus } from '../../support/pakhus.ts';
import { readClientAnswer } from '../../support/published-repository.ts';
import { outputOf, runCommand, succeeded } from '../../support/run-command.ts';
import { describeWhere, lackOfTool } from '../../support/skip.ts';
import { type QuickWpkg, writeWpkgs } from '../../support/wpkg-kit.ts';
import { createWpkgMachine } from '../../support/wpkg-machine.ts';

const BUILT = { fields: ['Packager-Version: 1.0.2'] };
const TOOL: QuickWpkg = { name: 'tool', ...BUILT };
const ROLLBACK = z.object({ downgrades: z.array(z.object({ commands: z.array(z.string()) })) });
const SOURCES = 'var/lib/wpkg/core/sources.list';
const MINE = 'wpkg http://other.example.org/ stable/\n';

/** A store with what was published; `architectures`: as configured. */
async function createYard(architectures: readonly string[] = []) {
  const env: Record<string, string> = {};
  const pakhus = await createPakhus({ env });
  const list = architectures.length === 0 ? '' : `, architectures: [${architectures.join(', ')}]`;
  await writeFile(join(pakhus.cwd, 'pakhus.yaml'), `repositories: { win: { format: wpkg${list} } }\n`);
  let runs = 0;
  return {
    store: join(pakhus.cwd, 'public'),
    env,
    pakhus,
    publish: async (...specs: readonly QuickWpkg[]): Promise<void> => {
      const folder = join(pakhus.cwd, `packages-${runs++}`);
      await mkdir(folder);
      await writeWpkgs(folder, specs);
      await pakhus.json('publish', folder, '--init');
    },
    client: async () => readClientAnswer(await pakhus.json('client', 'win')),
    [Symbol.asyncDispose]: () => pakhus[Symbol.asyncDispose](),
  };
}

describe('what pakhus client says', () => {
  test.each(['script', 'oneLiner'] as const)(
    'the %s adds the line, twice as well as once, and undo leaves what was there',
    async (kind) => {
      await using yard = await createYard();
      await yard.publish(TOOL);
      await using machine = await createWpkgMachine({ real: false });
      const answer = await yard.client();
      const line = `wpkg file://${yard.store}/win stable main`;
      await writeFile(join(machine.root, SOURCES), `${MINE}${line}\n`);
      expect(succeeded(await machine.sh(answer[kind])).stdout).toBe(
        `wpkg --add-sources ${line}\nwpkg --update\n`,
      );
      expect(await machine.read(SOURCES)).toBe(MINE);
      await writeFile(join(machine.root, SOURCES), `${MINE}${line}\n`);
      expect(succeeded(await machine.sh(answer.undo)).stdout).toBe('wpkg --update\n');
      expect(await machine.read(SOURCES)).toBe(MINE);
    },
  );

  test('wpkg knows no https, so the line says http', async () => {
    await using yard = await createYard();
    yard.env['PAKHUS_URL'] = 'https://packages.example.org';
    await yard.publish(TOOL);
    expect((await yard.client()).script).toContain(
      "--add-sources 'wpkg http://packages.example.org/win stable main'",
    );
  });
});

describeWhere('the real wpkg', lackOfTool('wpkg'), () => {
  const list = async (machine: Awaited<ReturnType<typeof createWpkgMachine>>): Promise<readonly string[]> => {
    const { stdout } = succeeded(await machine.sh('wpkg --list'));
    return [...stdout.matchAll(/^ii {2}(\S+) +(\S+)/gm)].map(([, name, version]) => `${name} ${version}`);
  };

  test('installs with dependencies, upgrades, goes back, and is set up no more, over http', async () => {
    await using yard = await createYard();
    await using server = await createStaticServer(yard.store);
    yard.env['PAKHUS_URL'] = server.url;
    const lib = { name: 'lib++x', version: '1:0.9~rc1+b2-3', ...BUILT };
    await yard.publish(lib, { name: 'tool', fields: ['Depends: lib++x (>= 1:0.9~)', ...BUILT.fields] });
    await using machine = await createWpkgMachine({ real: true });
    const answer = await yard.client();
    succeeded(await machine.sh(answer.script));
    succeeded(await machine.sh('wpkg --install tool'));
    expect(await list(machine)).toEqual(['lib++x 1:0.9~rc1+b2-3', 'tool 1.0']);
    expect(await machine.read('usr/share/tool')).toBe('tool 1.0\n');

    await yard.publish({ ...TOOL, version: '1.1' });
    succeeded(await machine.sh('wpkg --update && wpkg --upgrade'));
    expect(await list(machine)).toContain('tool 1.1');

    const { downgrades } = ROLLBACK.parse(await yard.pakhus.json('rollback', 'win', '--to', '1'));
    succeeded(await machine.sh((downgrades[0]?.commands ?? []).join('\n')));
    expect(await list(machine)).toContain('tool 1.0');

    succeeded(await machine.sh(answer.undo));
    expect(await machine.read(SOURCES)).not.toContain('wpkg http');
    expect((await machine.sh('wpkg --install tool')).code).not.toBe(0);
  });

  test('reads an index that many publishes put together, and one without packages', async () => {
    await using yard = await createYard();
    const names = Array.from({ length: 600 }, (_, index) => `many-${String(index).padStart(4, '0')}`);
    await yard.publish(...names.map((name) => ({ name, ...BUILT })));
    for (const name of ['many-0005', 'many-0300', 'many-0599'])
      await yard.publish({ name, version: '2.0', ...BUILT });
    const index = join(yard.store, 'win/stable/main/index.tar.gz');
    const told = await outputOf(['tar', 'tzf', index]);
    expect(told.trim().split('\n')).toHaveLength(600);
    await using machine = await createWpkgMachine({ real: true });
    succeeded(await machine.sh((await yard.client()).script));
    expect(
      succeeded(await machine.sh(`wpkg --list-index-packages ${index}`))
        .stdout.trim()
        .split('\n'),
    ).toHaveLength(600);
    succeeded(await machine.sh('wpkg --install many-0005 many-0300 many-0598'));
    expect(await list(machine)).toEqual(['many-0005 2.0', 'many-0300 2.0', 'many-0598 1.0']);
    await yard.pakhus.json('remove', 'win', ...names);
    succeeded(await machine.sh('wpkg --update'));
    expect((await machine.sh('wpkg --install many-0001')).stderr).toContain(
      "doesn't exist in the repository",
    );
  });

  test('installs by name what is there for several kinds of machines, from the index of its own kind', async () => {
    await using yard = await createYard(['linux-amd64', 'win32']);
    const kinds = ['linux-amd64', 'win32'].map((architecture) => ({ ...TOOL, architecture }));
    await yard.publish(...kinds, { name: 'docs', ...BUILT });
    await using machine = await createWpkgMachine({ real: true });
    succeeded(await machine.sh((await yard.client()).script));
    succeeded(await machine.sh('wpkg --install tool docs'));
    expect(await list(machine)).toEqual(['docs 1.0', 'tool 1.0']);
  });

  test('writes the same index of the same files', async () => {
    await using yard = await createYard();
    await yard.publish(TOOL, { name: 'docs', ...BUILT }, { ...TOOL, name: 'exe', architecture: 'win64' });
    const command = 'wpkg --create-index /tmp/none --recursive --repository .';
    const theirs = join(yard.pakhus.cwd, 'theirs.tar.gz');
    const folder = join(yard.store, 'win/stable/main');
    const lines = command.replace('/tmp/none', theirs);
    succeeded(await runCommand(['sh', '-c', lines], { cwd: folder }));
    const members = async (file: string): Promise<string> =>
      (await outputOf(['tar', 'xzOf', file])).replaceAll(/^Index-Date: .*$/gm, 'Index-Date');
    expect(await members(join(folder, 'index.tar.gz'))).toBe(await members(theirs));
    expect(await outputOf(['tar', 'tzf', join(folder, 'index.tar.gz')])).toBe(
      await outputOf(['tar', 'tzf', theirs]),
    );
  });
});
