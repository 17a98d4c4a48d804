/** Machines that are set up as `pakhus client` says. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createStaticServer } from '../../support/http-server.ts';
import { type QuickArch, writeArchPackages } from '../../support/pacman-kit.ts';
import { createPacmanMachine, PACMAN_CONF } from '../../support/pacman-machine.ts';
import { createPakhus } from '../../support/pakhus.ts';
import { type ClientAnswer, readClientAnswer } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWhere, lackOfRoot, lackOfTool } from '../../support/skip.ts';

const TOOL: QuickArch = { name: 'tool', architecture: 'x86_64', fields: ['depend = docs++>=1:0.9'] };
const DOCS: QuickArch = { name: 'docs++', version: '1:1.0+git1-1' };
const FOLDER = 'pacman/x86_64';

const ROLLBACK = z.object({ downgrades: z.array(z.object({ commands: z.array(z.string()) })) });

/** A store that is served, with what was published. */
async function createDatabase({ signDatabase = false } = {}) {
  const env: Record<string, string> = {};
  const pakhus = await createPakhus({ env });
  const store = join(pakhus.cwd, 'public');
  const server = await createStaticServer(store);
  env['PAKHUS_URL'] = server.url;
  await writeFile(
    join(pakhus.cwd, 'pakhus.yaml'),
    `repositories: { pacman: { format: pacman, signDatabase: ${signDatabase} } }\n`,
  );
  let runs = 0;
  const publish = async (...specs: readonly QuickArch[]): Promise<unknown> => {
    const folder = join(pakhus.cwd, `packages-${runs++}`);
    await writeArchPackages(folder, specs);
    return pakhus.json('publish', folder, '--init');
  };
  await publish(TOOL, DOCS);
  return {
    store,
    server,
    pakhus,
    publish,
    client: async () => readClientAnswer(await pakhus.json('client', 'pacman')),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await pakhus[Symbol.asyncDispose]();
    },
  };
}

describeWhere('what pakhus client says', lackOfTool('gpg'), () => {
  test.each<[string, (answer: ClientAnswer) => string]>([
    ['the script', ({ script }) => script],
    ['the one line', ({ oneLiner }) => oneLiner],
  ])(
    '%s adds the section and the key, twice as well as once, and undo leaves what was there',
    async (_, lines) => {
      await using database = await createDatabase();
      await using machine = await createPacmanMachine({ real: false });
      const answer = await database.client();
      succeeded(await machine.sh(lines(answer)));
      expect(succeeded(await machine.sh(lines(answer))).stdout).toContain('pacman -Sy\n');
      expect(await machine.read('etc/pacman.conf')).toBe(
        `${PACMAN_CONF}# pacman: begin, by pakhus\n${answer.files[0]?.content}# pacman: end, by pakhus\n`,
      );
      expect(answer.files[0]?.content).toContain(`Server = ${database.server.url}/pacman/$arch\n`);
      expect(await machine.read('etc/pacman.d/pacman.asc')).toBe(answer.files[1]?.content);
      expect(succeeded(await machine.sh('gpg --list-keys')).stdout).toContain('pacman repository');
      succeeded(await machine.sh(answer.undo));
      expect(await machine.read('etc/pacman.conf')).toBe(PACMAN_CONF);
      expect((await machine.sh('gpg --list-keys')).stdout).not.toContain('pacman repository');
    },
  );
});

describeWhere('pacman', lackOfTool('pacman') ?? lackOfTool('gpg') ?? lackOfRoot(), () => {
  describe.each([false, true])('from a database that is signed: %s', (signDatabase) => {
    test('installs, upgrades, goes back, and looks for files', async () => {
      await using database = await createDatabase({ signDatabase });
      await using machine = await createPacmanMachine({ real: true });
      succeeded(await machine.sh((await database.client()).script));
      succeeded(await machine.sh('pacman -S --noprogressbar tool'));
      expect(await machine.installed()).toEqual(['docs++ 1:1.0+git1-1', 'tool 1.0-1']);
      await database.publish({ ...TOOL, version: '2.0-1' });
      succeeded(await machine.sh('pacman -Syu --noprogressbar'));
      expect(await machine.installed()).toContain('tool 2.0-1');
      const answer = await database.pakhus.json('rollback', 'pacman/stable', '--to', '1');
      const { downgrades } = ROLLBACK.parse(answer);
      succeeded(await machine.sh(downgrades.flatMap(({ commands }) => commands).join('\n')));
      expect(await machine.installed()).toContain('tool 1.0-1');
      succeeded(await machine.sh('pacman -Fy'));
      expect(succeeded(await machine.sh('pacman -F usr/share/tool')).stdout).toContain('pacman/tool 1.0-1');
      expect(succeeded(await machine.sh('pacman -Si tool')).stdout).toMatch(/Validated By *: .*Signature/);
      succeeded(await machine.sh('pacman -Rns --noprogressbar tool'));
    });
  });

  test('refuses a package that was changed, and a database that was changed', async () => {
    await using database = await createDatabase({ signDatabase: true });
    await using machine = await createPacmanMachine({ real: true });
    succeeded(await machine.sh((await database.client()).script));
    const at = (name: string): string => join(database.store, FOLDER, name);
    await writeFile(at('docs++-1:1.0+git1-1-any.pkg.tar.zst'), 'other bytes');
    expect((await machine.sh('pacman -S --noprogressbar docs++')).code).not.toBe(0);
    await writeFile(at('pacman.db.sig'), 'no signature');
    expect((await machine.sh('pacman -Syy')).code).not.toBe(0);
  });
});
