import { expect, test } from 'vitest';
import { parsePackageList } from './package-list.ts';

/** Required ones, and optional ones with a question mark. */
function read(...lines: readonly string[]): readonly string[] {
  return parsePackageList(`${lines.join('\n')}\n`, 'list').map(
    ({ pattern, required }) => pattern + (required ? '' : '?'),
  );
}

test('a name or a pattern on each line', () => {
  expect(read('# tools', '', 'curl', '  lib*  # all of them', 'g++')).toEqual(['curl', 'lib*', 'g++']);
});

test('what dpkg --get-selections prints', () => {
  expect(read('adduser\t\t\tinstall', 'old\tdeinstall', 'libc6:amd64\t\tinstall', 'held\thold')).toEqual([
    'adduser',
    'libc6',
    'held',
  ]);
});

test('variables of a shell', () => {
  expect(
    read(
      '# the image',
      'RELEASE=24.10.4',
      'BASE="ca-certificates',
      '  curl"',
      'export REQUIRED_PACKAGES="$BASE tar \\',
      'xz-utils"',
      "OPTIONAL_PACKAGES='tcpdump'",
      `OPTIONAL_PACKAGES+=" strace \${NONE}"`,
    ),
  ).toEqual(['ca-certificates', 'curl', 'tar', 'xz-utils', 'tcpdump?', 'strace?']);
});

test.each([
  [['two words'], 'list:1: "two words" names no package'],
  [['ok', 'a/b'], 'list:2: "a/b" names no package'],
  [['REQUIRED_PACKAGES=a;rm'], 'list: "a;rm" names no package'],
  [['REQUIRED_PACKAGES="a'], 'list: "REQUIRED_PACKAGES=\\"…" names no package'],
  [['OTHER=x'], 'list has variables, and wants no packages'],
])('%j is refused', (lines, message) => {
  expect(() => read(...lines)).toThrow(message);
});
