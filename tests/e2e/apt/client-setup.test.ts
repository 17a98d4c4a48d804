import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import {
  type ClientAnswer,
  createPublishedRepository,
  readClientAnswer,
} from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfRoot, lackOfTool } from '../../support/skip.ts';

const DEMO = { name: 'demo', version: '1.0', architecture: 'all' };

/** Each way to set up a machine that `pakhus client` offers. */
const WAYS: readonly (readonly [name: string, text: (answer: ClientAnswer) => string])[] = [
  ['the script', ({ script }) => script],
  ['the one line', ({ oneLiner }) => oneLiner],
  ['the key in a file of its own', ({ variants }) => variantNamed(variants, /key in a file/i)],
  ['the old form of sources', ({ variants }) => variantNamed(variants, /old form/i)],
];

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name}, set up as pakhus client says`, lack ?? lackOfTool('dpkg-deb'), () => {
    test.each(WAYS)('with %s, and taken back', async (_name, textOf) => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO]);
      const answer = readClientAnswer(await repository.pakhus.json('client', 'deb/stable'));
      await using apt = await createAptRoot(client(), { sources: '' });
      const shell = (text: string) =>
        apt.run('sh', '-ec', text.replaceAll('/etc/apt', `${apt.inside}/etc/apt`));

      expect(succeeded(await shell(textOf(answer))).stderr).toBe('');
      succeeded(await apt.install('demo'));
      expect((await apt.installed()).get('demo')).toBe('1.0');
      succeeded(await shell(answer.undo));
      expect((await apt.policy('demo')).versions).toEqual(['1.0']);
      expect(await readdir(join(apt.path, 'etc/apt/sources.list.d'))).toEqual(['tested.sources']);
    });
  });
}

for (const { name, lack, client } of await aptClients()) {
  describeWith(
    `${name}, set up by the script beside the pages`,
    lack ?? lackOfRoot() ?? lackOfTool('dpkg-deb'),
    () => {
      test('and taken back', async () => {
        await using repository = await createPublishedRepository();
        await repository.publish([DEMO]);
        await using apt = await createAptRoot(client(), { sources: '' });
        const text = await readFile(join(repository.store, 'deb/setup.sh'), 'utf8');
        const own = text.replaceAll('/etc/apt', `${apt.inside}/etc/apt`);
        const setUp = (...args: readonly string[]) => apt.run('sh', '-c', own, 'setup.sh', ...args);

        expect(succeeded(await setUp('deb/stable')).stdout).toContain('Next: apt install PACKAGE');
        succeeded(await apt.install('demo'));
        expect((await apt.installed()).get('demo')).toBe('1.0');
        succeeded(await setUp('--remove'));
        expect(await readdir(join(apt.path, 'etc/apt/sources.list.d'))).toEqual(['tested.sources']);
      });
    },
  );
}

function variantNamed(variants: ClientAnswer['variants'], title: RegExp): string {
  const variant = variants.find((each) => title.test(each.title));
  if (variant === undefined)
    throw new Error(`no variant ${title} among ${variants.map((each) => each.title)}`);
  return variant.text;
}
