/** Blocks between `-----BEGIN X-----` and `-----END X-----` lines: OpenPGP armor (RFC 9580 section 6.2) and PEM (RFC 7468). */
export interface ArmoredBlock {
  /** `PGP PRIVATE KEY BLOCK`, `PRIVATE KEY`, … */
  readonly label: string;
  /** The block with its BEGIN and END lines, lines ended by LF. */
  readonly text: string;
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';

/**
 * All complete blocks of a text, in order. What stands between them (comments of gpg, a note of the owner) is left out;
 * a block that does not end is no block. Linear in the length of the text.
 */
export function splitArmor(text: string): readonly ArmoredBlock[] {
  const blocks: ArmoredBlock[] = [];
  let label: string | undefined;
  let lines: string[] = [];
  for (const rawLine of text.split('\n')) {
    const line = rawLine.trimEnd();
    const begins = boundary(line, BEGIN);
    if (begins !== undefined) {
      label = begins;
      lines = [];
    }
    if (label === undefined) continue;
    lines.push(line);
    if (boundary(line, END) === label) {
      blocks.push({ label, text: `${lines.join('\n')}\n` });
      label = undefined;
    }
  }
  return blocks;
}

function boundary(line: string, start: string): string | undefined {
  if (!line.startsWith(start) || !line.endsWith(DASHES)) return undefined;
  const label = line.slice(start.length, -DASHES.length);
  return label === '' ? undefined : label;
}
