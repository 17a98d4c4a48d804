import { expect, test } from 'vitest';
import { parseGuide, stepsOf } from './guide.ts';

const PAGE = [
  '# Title',
  '```sh',
  'first',
  '```',
  'Words.',
  '## One',
  '```console client',
  '$ second',
  'out',
  '```',
  '```text',
  'not played',
  '```',
  '## Only words',
  '## Two',
  '```yaml',
  '# folder/pakhus.yaml',
  'store: ./public',
  '```',
].join('\n');

test('blocks, by section', () => {
  expect(parseGuide(PAGE).sections).toEqual([
    { title: 'Title', blocks: [{ kind: 'sh', where: 'machine', line: 3, text: 'first' }] },
    { title: 'One', blocks: [{ kind: 'console', where: 'client', line: 8, text: '$ second\nout' }] },
    {
      title: 'Two',
      blocks: [
        {
          kind: 'file',
          language: 'yaml',
          path: 'folder/pakhus.yaml',
          line: 17,
          text: '# folder/pakhus.yaml\nstore: ./public',
        },
      ],
    },
  ]);
});

test.each([
  ['a tag that nothing plays', '```bash\nls\n```', "line 1: no test plays a block of 'bash'"],
  ['no tag', 'x\n```\nls\n```', "line 2: no test plays a block of ''"],
  ['a file without a name', '```yaml\nstore: x\n```', 'line 2: expected a comment that names the file'],
  ['no end', '```sh\nls', 'line 1: a block has no end'],
])('refused: %s', (_name, page, message) => {
  expect(() => parseGuide(page)).toThrow(message);
});

test('the commands of a console block', () => {
  expect(stepsOf('$ one\na\n\nb\n$ two')).toEqual([
    { command: 'one', expected: ['a', '', 'b'] },
    { command: 'two', expected: [] },
  ]);
  expect(() => stepsOf('out')).toThrow("begins with '$ '");
});
