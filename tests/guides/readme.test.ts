/** What the README shows on its first screen is what happens, and the commands of npm that it names exist. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDeb } from '../support/make-deb.ts';
import { describeWith, lackOfTools } from '../support/skip.ts';
import { parseGuide } from './guide.ts';
import { createGuidePlayer } from './guide-player.ts';

const ROOT = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', ROOT), 'utf8');
const blocks = parseGuide(readme).sections.flatMap((section) => section.blocks);

describeWith('the first publish of the README', lackOfTools('bash', 'dpkg-deb'), () => {
  test('prints what is shown', async () => {
    await using player = await createGuidePlayer([]);
    const text = 'mkdir -p /srv/packages/dist && cd /srv/packages';
    await player.play({ kind: 'sh', where: 'machine', line: 0, text });
    const dist = join(player.root, 'srv/packages/dist');
    await makeDeb(dist, { name: 'hello-pakhus', version: '1.1', architecture: 'all' });
    await makeDeb(dist, { name: 'pakhus-words', version: '1.0', architecture: 'all' });
    const shown = blocks.filter(({ kind }) => kind === 'console');
    expect(shown).toHaveLength(1);
    for (const block of shown) await player.play(block);
  });
});

test('its commands of npm are scripts of package.json', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));
  const named = [...readme.matchAll(/npm (?:run )?(demo|test|bench|check)\b/g)].map((match) => match[1]);
  expect(named).toEqual(expect.arrayContaining(['demo', 'test']));
  for (const name of named) expect(scripts).toHaveProperty(name ?? '');
});

const pages = [];
for await (const page of glob('docs/**/*.md', { cwd: ROOT })) pages.push(page);

test.each(['README.md', 'CONTRIBUTING.md', ...pages])('the links of %s lead somewhere', async (page) => {
  const url = new URL(page, ROOT);
  const text = await readFile(url, 'utf8');
  for (const [, path = '', heading] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
    const target = await readFile(new URL(path, url), 'utf8').catch(() => undefined);
    expect(target, `${page} links to ${path}`).toBeDefined();
    const headings = [...(target ?? '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    if (heading !== undefined) expect(headings, `${page} links to ${path}`).toContain(heading);
  }
});
