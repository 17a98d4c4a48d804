import { expect, test } from 'vitest';
import { createRandom } from './random.ts';
import { drawStanzas, parseStanzas } from './stanzas.ts';

test('a stanza loses what the archive added and keeps the rest as it stands', () => {
  const index = `Package: hello
Version: 1:2.10-3
Architecture: amd64
Description: example
 with a second line
Description-md5: 302b8ff813071cfed09d7b23ac4a0cb3
Filename: pool/main/h/hello/hello_2.10-3_amd64.deb
Size: 53132
MD5sum: ab
SHA256: cd

Package: foreign
Version: 1
Architecture: riscv64
`;
  expect(parseStanzas(index)).toEqual([
    {
      name: 'hello',
      version: '1:2.10-3',
      architecture: 'amd64',
      control:
        'Package: hello\nVersion: 1:2.10-3\nArchitecture: amd64\nDescription: example\n with a second line',
    },
  ]);
});

test('without lists stanzas are made up: the same for the same seed, no name twice', async () => {
  const first = await drawStanzas(300, { lists: [], seed: 7 });
  expect(await drawStanzas(300, { lists: [], seed: 7 })).toEqual(first);
  expect(await drawStanzas(300, { lists: [], seed: 8 })).not.toEqual(first);
  expect(new Set(first.map((stanza) => stanza.name)).size).toBe(300);
  expect(parseStanzas(first.map((stanza) => stanza.control).join('\n\n'))).toEqual(first);
});

test('payloads are the same for the same seed', () => {
  expect(createRandom(3).bytes(1001)).toEqual(createRandom(3).bytes(1001));
  expect(createRandom(3).bytes(1001)).toHaveLength(1001);
});
