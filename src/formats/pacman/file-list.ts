/** Paths of a package as `%FILES%` has them: what `bsdtar -t` prints in a UTF-8 locale, sorted by bytes. */

const NAMED: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};

/** Paths of members, without those that begin with a dot, each once. */
export function listFiles(paths: Iterable<string>): readonly string[] {
  const shown = new Set<string>();
  for (const path of paths) if (!path.startsWith('.')) shown.add(escapePath(path));
  return [...shown]
    .map((path) => Buffer.from(path))
    .sort(Buffer.compare)
    .map(String);
}

/** One line, whatever is in it. */
function escapePath(path: string): string {
  return path.replaceAll(/[\\\p{Cc}\p{Zl}\p{Zp}]/gu, (one) => NAMED[one] ?? octal(one));
}

function octal(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
