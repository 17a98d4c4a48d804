/** Machines that are set up as `pakhus client` says. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pacmanClients } from '../../support/pacman-clients.ts';
import { DOCS, PACMAN_FOLDER, servePacman, TOOL } from '../../support/pacman-database.ts';
import { createPacmanMachine, PACMAN_CONF } from '../../support/pacman-machine.ts';
import type { ClientAnswer } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith } from '../../support/skip.ts';

const ROLLBACK = z.object({ downgrades: z.array(z.object({ commands: z.array(z.string()) })) });

for (const { name, lack, client } of await pacmanClients()) {
  describeWith(name, lack, () => {
    test.each<[string, (answer: ClientAnswer) => string]>([
      ['the script', ({ script }) => script],
      ['the one line', ({ oneLiner }) => oneLiner],
    ])(
      '%s of pakhus client adds section and key, twice as well as once, and undo leaves what was there',
      async (_, lines) => {
        await using database = await servePacman();
        await using machine = await createPacmanMachine(client());
        const answer = await database.client();
        succeeded(await machine.sh(lines(answer)));
        succeeded(await machine.sh(lines(answer)));
        expect(await machine.read('etc/pacman.conf')).toBe(
          `${PACMAN_CONF}# pacman: begin, by pakhus\n${answer.files[0]?.content}# pacman: end, by pakhus\n`,
        );
        expect(answer.files[0]?.content).toContain(`Server = ${database.server.url}/pacman/$arch\n`);
        expect(await machine.read('etc/pacman.d/pacman.asc')).toBe(answer.files[1]?.content);
        const keys = async (): Promise<string> =>
          succeeded(await machine.sh('pacman-key --list-keys')).stdout;
        expect(await keys()).toMatch(/\[ +full +\] pacman repository/);
        succeeded(await machine.sh(answer.undo));
        expect(await machine.read('etc/pacman.conf')).toBe(PACMAN_CONF);
        expect(await keys()).not.toContain('pacman repository');
        expect(succeeded(await machine.sh('ls /var/lib/pacman/sync/')).stdout).toBe('');
      },
    );

    describe.each([false, true])('from a database that is signed: %s', (signDatabase) => {
      test('installs, upgrades, goes back, and looks for files', async () => {
        await using database = await servePacman({ signDatabase });
        await using machine = await createPacmanMachine(client());
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
        expect((await machine.sh('pacman -Q')).stdout).toBe('');
      });
    });

    test.each([
      ['Never', 'with no key at all', ''],
      [
        'Optional TrustAll',
        'with a key that the machine did not sign',
        'pacman-key --add /etc/repository.asc',
      ],
    ])('SigLevel = %s installs %s', async (level, _, addKey) => {
      await using database = await servePacman({ signDatabase: true });
      await using machine = await createPacmanMachine(client());
      await machine.write('etc/repository.asc', (await database.client()).files[1]?.content ?? '');
      succeeded(await machine.sh(`pacman-key --init\n${addKey}`));
      const server = `Server = ${database.server.url}/pacman/$arch`;
      await machine.write('etc/pacman.conf', `${PACMAN_CONF}[pacman]\nSigLevel = ${level}\n${server}\n`);
      succeeded(await machine.sh('pacman -Sy && pacman -S --noprogressbar tool'));
      expect(await machine.installed()).toEqual(['docs++ 1:1.0+git1-1', 'tool 1.0-1']);
    });

    test('refuses a package that was changed, and a database that was changed', async () => {
      await using database = await servePacman({ signDatabase: true });
      await using machine = await createPacmanMachine(client());
      succeeded(await machine.sh((await database.client()).script));
      const at = (file: string): string => join(database.store, PACMAN_FOLDER, file);
      await writeFile(at(`${DOCS.name}-${DOCS.version}-any.pkg.tar.zst`), 'other bytes');
      expect((await machine.sh('pacman -S --noprogressbar docs++')).code).not.toBe(0);
      await writeFile(at('pacman.db.sig'), 'no signature');
      expect((await machine.sh('pacman -Syy')).code).not.toBe(0);
    });

    test('refuses a database that is not signed any more, as --break-clients says', async () => {
      await using database = await servePacman({ signDatabase: true });
      await using machine = await createPacmanMachine(client());
      const { script } = await database.client();
      // A section that is content without a signature: the trap closes all the same.
      succeeded(await machine.sh(script.replaceAll('DatabaseRequired', 'DatabaseOptional')));
      await database.configure({ signDatabase: false });
      const refused = await database.pakhus.run('apply', 'pacman');
      expect(refused.code).not.toBe(0);
      const remedy = /`(rm [^`]*)`/.exec(refused.stderr)?.[1] ?? '';
      expect(remedy).toBe('rm /var/lib/pacman/sync/pacman.db.sig');
      succeeded(await database.pakhus.run('apply', 'pacman', '--break-clients'));
      await database.publish({ ...TOOL, version: '2.0-1' });
      const stale = await machine.sh('pacman -Sy');
      expect(stale.code).not.toBe(0);
      expect(stale.stderr).toContain('signature');
      succeeded(await machine.sh(`${remedy}\npacman -Sy && pacman -S --noprogressbar tool`));
      expect(await machine.installed()).toContain('tool 2.0-1');
    }, 180_000);
  });
}
