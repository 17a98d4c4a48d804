/** A channel goes back, and apt follows as `pakhus rollback` says: by itself it keeps what it has. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type AptRoot, createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import type { DebSpec } from '../../support/make-deb.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const ANSWER = z.object({
  rev: z.number(),
  downgrades: z.array(
    z.object({
      commands: z.array(z.string()),
      lasting: z.object({ script: z.string(), undo: z.string() }).optional(),
      left: z.array(z.string()),
    }),
  ),
});

/** Two packages of one source, bound to each other, and one that nobody installs. */
function release(version: string): readonly DebSpec[] {
  return [
    { name: 'demo', version, architecture: 'all', fields: { Depends: `libdemo (= ${version})` } },
    { name: 'libdemo', version },
    { name: 'demo-doc', version, architecture: 'all' },
  ];
}

/** Runs the lines that pakhus printed, as the machine of the test. */
async function shell(apt: AptRoot, lines: string): Promise<void> {
  const text = lines
    .replaceAll('/etc/apt', `${apt.inside}/etc/apt`)
    .replaceAll(/^apt-get install /gm, 'apt-get install -y ');
  succeeded(await apt.run('sh', '-ec', text));
}

async function versions(apt: AptRoot): Promise<object> {
  return Object.fromEntries(await apt.installed());
}

async function rollback(repository: PublishedRepository, ...args: readonly string[]) {
  const answer = ANSWER.parse(await repository.pakhus.json('rollback', 'deb/stable', ...args));
  const [stable] = answer.downgrades;
  if (stable === undefined) throw new Error('nothing to follow');
  return stable;
}

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name} follows a rollback`, lack ?? lackOfTool('dpkg-deb'), () => {
    test('on one machine by the printed commands, and takes the next release', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish(release('1.0'));
      await repository.publish([...release('2.0'), { name: 'fresh', version: '1.0' }]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      succeeded(await apt.install('demo', 'fresh'));
      const newer = { demo: '2.0', libdemo: '2.0', fresh: '1.0' };
      expect(await versions(apt)).toEqual(newer);

      const { commands, left } = await rollback(repository, '--to', '1');
      expect(left).toEqual(['fresh']);
      expect(succeeded(await apt.update()).stderr).toBe('');
      succeeded(await apt.upgrade());
      expect(await versions(apt)).toEqual(newer);

      await shell(apt, commands.join('\n'));
      expect(await versions(apt)).toEqual({ demo: '1.0', libdemo: '1.0', fresh: '1.0' });

      await repository.publish(release('2.1'));
      succeeded(await apt.update());
      succeeded(await apt.upgrade());
      expect(await versions(apt)).toEqual({ demo: '2.1', libdemo: '2.1', fresh: '1.0' });
    });

    test('on many machines by a priority, which lets the next release through and can be taken back', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish(release('1.0'));
      await repository.publish(release('2.0'));
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      succeeded(await apt.install('demo'));

      const { lasting } = await rollback(repository, '--to', '1');
      if (lasting === undefined) throw new Error('nothing for many machines');
      await shell(apt, lasting.script);
      expect(await versions(apt)).toEqual({ demo: '1.0', libdemo: '1.0' });
      expect((await apt.policy('demo-doc')).installed).toBeUndefined();

      await repository.publish(release('2.1'));
      succeeded(await apt.update());
      succeeded(await apt.upgrade());
      expect(await versions(apt)).toEqual({ demo: '2.1', libdemo: '2.1' });

      await shell(apt, lasting.undo);
      expect(succeeded(await apt.run('apt-cache', 'policy', 'demo')).stdout).not.toContain('1001');
    });

    test('to other bytes of the same version', async () => {
      await using repository = await createPublishedRepository();
      const demo = (text: string): DebSpec => ({
        name: 'demo',
        version: '1.0',
        files: { 'usr/share/demo/text': text },
      });
      await repository.publish([demo('good, and longer\n')]);
      await repository.pakhus.json('remove', 'deb', 'demo');
      await repository.publish([demo('bad\n')]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      succeeded(await apt.install('demo'));
      const installed = async () =>
        succeeded(await apt.run('cat', `${apt.inside}/usr/share/demo/text`)).stdout;
      expect(await installed()).toBe('bad\n');

      await shell(apt, (await rollback(repository, '--to', '1')).commands.join('\n'));
      expect(await installed()).toBe('good, and longer\n');
    });
  });
}
