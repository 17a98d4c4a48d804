/**
 * The order of versions: what pacman's own `vercmp` says.
 *
 * ```
 * 2:1.4.0+r12-3
 * ┬ ────┬──── ┬
 * epoch version release: after the last hyphen; counts only when both have one
 * ```
 * Both strings are walked once, segment by segment: runs of digits as numbers of any length, runs of letters as text. What stands
 * between them only counts by its length: `1.0` and `1_0` are the same, `1..0` is newer. `~` means nothing: 1.0 is older than 1.0~rc1.
 */

/** A version taken apart, as pacman does. */
export interface VersionParts {
  /** Digits, `0` when there is none. */
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

/** Takes a version apart; never fails. */
export function splitVersion(text: string): VersionParts {
  const digits = /^[0-9]*/.exec(text)?.[0].length ?? 0;
  const hasEpoch = text[digits] === ':';
  const rest = hasEpoch ? text.slice(digits + 1) : text;
  // A hyphen among the leading digits cannot be, so it is looked for in all of it.
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? text.slice(0, digits) || '0' : '0',
    version: hyphen === -1 ? rest : rest.slice(0, hyphen),
    release: hyphen === -1 ? undefined : rest.slice(hyphen + 1),
  };
}

/** pacman's order of two versions: -1, 0 or 1. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = splitVersion(a);
  const right = splitVersion(b);
  const order = compareParts(left.epoch, right.epoch) || compareParts(left.version, right.version);
  if (order !== 0 || left.release === undefined || right.release === undefined) return order;
  return compareParts(left.release, right.release);
}

/** rpmvercmp() as pacman has it. */
function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const nextI = endOf(a, i, isSeparator);
    const nextJ = endOf(b, j, isSeparator);
    const skipped = nextI - i - (nextJ - j);
    i = nextI;
    j = nextJ;
    if (i >= a.length || j >= b.length) break;
    if (skipped !== 0) return skipped < 0 ? -1 : 1;

    const isNumber = isDigit(a.charCodeAt(i));
    const inSegment = isNumber ? isDigit : isLetter;
    const endI = endOf(a, i, inSegment);
    const endJ = endOf(b, j, inSegment);
    if (endJ === j) return isNumber ? 1 : -1;
    const one = a.slice(i, endI);
    const other = b.slice(j, endJ);
    const order = isNumber ? compareNumbers(one, other) : compareText(one, other);
    if (order !== 0) return order;
    i = endI;
    j = endJ;
  }
  const restA = i < a.length;
  const restB = j < b.length;
  if (!restA && !restB) return 0;
  // What goes on with letters is older (1.0rc, 1.0), what goes on with anything else is newer (1.0.1, 1.0).
  if (restA && isLetter(a.charCodeAt(i))) return -1;
  return !restA && !isLetter(b.charCodeAt(j)) ? -1 : 1;
}

function compareNumbers(a: string, b: string): number {
  const one = a.replace(/^0+/, '');
  const other = b.replace(/^0+/, '');
  if (one.length !== other.length) return one.length < other.length ? -1 : 1;
  return compareText(one, other);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function endOf(text: string, start: number, belongs: (unit: number) => boolean): number {
  let end = start;
  while (end < text.length && belongs(text.charCodeAt(end))) end++;
  return end;
}

function isSeparator(unit: number): boolean {
  return !isDigit(unit) && !isLetter(unit);
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function isLetter(unit: number): boolean {
  return (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}
