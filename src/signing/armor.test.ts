import { expect, test } from 'vitest';
import { splitArmor } from './armor.ts';

const block = (label: string, body = 'AAAA') =>
  `-----BEGIN ${label}-----\n\n${body}\n-----END ${label}-----\n`;

test.each<[string, string, readonly string[]]>([
  ['nothing', '', []],
  ['text without a block', 'hello\n', []],
  ['one block', block('A B'), ['A B']],
  ['two blocks', block('A') + block('B'), ['A', 'B']],
  ['notes around', `# note\n${block('A')}that was it\n`, ['A']],
  ['Windows line ends', block('A').replaceAll('\n', '\r\n'), ['A']],
  ['no line end at the end', block('A').trimEnd(), ['A']],
  ['a block that does not end', '-----BEGIN A-----\n\nAAAA\n', []],
  ['a block that ends as another', '-----BEGIN A-----\n-----END B-----\n', []],
  ['a block that begins again', `-----BEGIN A-----\n${block('B')}`, ['B']],
  ['no label', '-----BEGIN -----\n-----END -----\n', []],
])('%s', (_name, text, labels) => {
  expect(splitArmor(text).map(({ label }) => label)).toEqual(labels);
});

test('a block comes without its surroundings and with plain line ends', () => {
  const text = `note\r\n${block('A').replaceAll('\n', ' \r\n')}`;
  expect(splitArmor(text)).toEqual([{ label: 'A', text: block('A') }]);
});
