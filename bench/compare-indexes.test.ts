import { expect, test } from 'vitest';
import { compareIndexes } from './compare-indexes.ts';

const HELLO = `Package: hello
Version: 1.0
Architecture: amd64
Tag: role::program,
 use::greeting
Filename: pool/main/h/hello/hello_1.0_amd64.deb
Size: 700
SHA256: aa
Description: says hello
 to whoever asks
`;

const exact = { unfold: false };

test('the order of packages and fields, digests and paths do not count', () => {
  const other = `Package: world\nVersion: 2\nArchitecture: all\nSize: 1\n`;
  const theirs = `Description: says hello
 to whoever asks
package: hello
Architecture: amd64
Version: 1.0
Size: 700
Tag: role::program,
 use::greeting
Filename: ./hello.deb
MD5sum: bb
`;
  const found = compareIndexes(`${HELLO}\n${other}`, `${other}\n\n${theirs}\n`, exact);
  expect(found).toEqual({
    packages: { ours: 2, theirs: 2, both: 2 },
    onlyOurs: [],
    onlyTheirs: [],
    fields: [],
  });
});

test('a package is its name, version and architecture', () => {
  const found = compareIndexes(HELLO, HELLO.replace('1.0', '1.1'), exact);
  expect(found.packages).toEqual({ ours: 1, theirs: 1, both: 0 });
  expect(found.onlyOurs).toEqual(['hello 1.0 amd64']);
  expect(found.onlyTheirs).toEqual(['hello 1.1 amd64']);
});

test('a field that differs, is missing or is too much is named', () => {
  const theirs = HELLO.replace('Size: 700', 'Size: 701').replace('Tag:', 'Tags:');
  const tags = 'role::program,\n use::greeting';
  const hello = 'hello 1.0 amd64';
  expect(compareIndexes(HELLO, theirs, exact).fields).toEqual([
    { package: hello, field: 'tag', ours: tags, theirs: undefined },
    { package: hello, field: 'size', ours: '700', theirs: '701' },
    { package: hello, field: 'tags', ours: undefined, theirs: tags },
  ]);
});

test('folded and joined values are the same only when asked for', () => {
  const joined = HELLO.replace(',\n use', ', use');
  expect(compareIndexes(HELLO, joined, exact).fields).toHaveLength(1);
  expect(compareIndexes(HELLO, joined, { unfold: true }).fields).toEqual([]);
});
