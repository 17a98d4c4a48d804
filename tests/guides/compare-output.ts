/** Compares what a guide shows with what a command prints, whatever the day, the keys and the compressor are. */

/** What differs from run to run: dates, digests and fingerprints, sizes, and the blanks that line them up. */
const VOLATILE: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<date>'],
  [/\b[0-9a-f]{12,64}\b/g, '<hex>'],
  [/\b\d+(\.\d+)? (B|kB|MB)\b/g, '<size>'],
  [/ +/g, ' '],
];

/** What a command says only when it takes long, as on a busy machine. */
const PROGRESS =
  /^(Reading packages|Storing packages|Rendering indexes|Publishing( the copy of .*)?|(Checking|Choosing|Comparing|Copying|Deleting|Fetching|Listing|Looking|Reading|Telling|Trying) .*)(: [\d,]+ of [\d,]+ \(\d+ %\))?$/;

/**
 * What is wrong with the printed lines; undefined: nothing. In what is shown, `…` stands for any text, and on a line of its own
 * for any number of lines.
 */
export function findDifference(shown: readonly string[], printed: readonly string[]): string | undefined {
  const expected = trimEnd(shown).map(plain);
  const found = trimEnd(printed.filter((line) => !PROGRESS.test(line))).map(plain);
  if (matches(expected, found)) return undefined;
  return ['shown:', ...shown, 'printed:', ...printed].join('\n');
}

function matches(expected: readonly string[], found: readonly string[]): boolean {
  const pattern = expected.map((line) =>
    line.trim() === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escapePattern).join('.*?')}\n`,
  );
  return new RegExp(`^${pattern.join('')}$`).test(found.map((line) => `${line}\n`).join(''));
}

function plain(line: string): string {
  return VOLATILE.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), line.trimEnd());
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function trimEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1);
}
