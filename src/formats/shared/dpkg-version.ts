/**
 * Versions as dpkg orders and accepts them: deb-version(7), Debian Policy 5.6.12.
 *
 * ```
 * 2:1.4.0~rc2+git1-3
 * ┬ ───────┬────── ┬
 * epoch  upstream  revision: after the last hyphen
 * ```
 *
 * The order walks both strings once: runs of other characters by a table (`~` before the end, the end before letters,
 * letters before the rest), runs of digits as numbers of any length.
 */

import { trimBlanks } from '../../codec/deb822.ts';

/** dpkg keeps the epoch in an int. */
const MAX_EPOCH = 2_147_483_647;

/** A version taken apart. */
export interface VersionParts {
  /** 0 when there is none. */
  readonly epoch: number;
  readonly upstream: string;
  /** Empty when there is none. */
  readonly revision: string;
}

/**
 * Takes a version apart; never fails. A colon separates an epoch only after digits; a version that
 * {@link versionProblem} accepts has no other leading colon.
 */
export function splitVersion(version: string): VersionParts {
  const text = trimBlanks(version);
  const colon = text.indexOf(':');
  const hasEpoch = colon > 0 && /^[0-9]+$/.test(text.slice(0, colon));
  const rest = hasEpoch ? text.slice(colon + 1) : text;
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? Number(text.slice(0, colon)) : 0,
    upstream: hyphen === -1 ? rest : rest.slice(0, hyphen),
    revision: hyphen === -1 ? '' : rest.slice(hyphen + 1),
  };
}

/** dpkg's order of two versions: -1, 0 or 1. `1.0` and `1.0-0` are the same to dpkg. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = splitVersion(a);
  const right = splitVersion(b);
  if (left.epoch !== right.epoch) return left.epoch < right.epoch ? -1 : 1;
  return Math.sign(
    compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision),
  );
}

/**
 * Why dpkg does not accept `version` in a package; undefined when it does.
 * Blanks around it are accepted, as dpkg does.
 */
export function versionProblem(version: string): string | undefined {
  const text = trimBlanks(version);
  if (text === '') return 'it is empty';
  const colon = text.indexOf(':');
  if (colon !== -1) {
    const epoch = text.slice(0, colon);
    if (!/^[0-9]+$/.test(epoch)) return 'the epoch before the colon is no number';
    if (Number(epoch) > MAX_EPOCH) return `the epoch is over ${MAX_EPOCH}`;
  }
  const { upstream, revision } = splitVersion(text);
  if (!/^[0-9]/.test(upstream)) return 'it does not start with a digit';
  if (!/^[A-Za-z0-9.+~:-]+$/.test(upstream)) return 'it has characters other than A-Z a-z 0-9 . + - ~ :';
  if (text.endsWith('-')) return 'the revision after the hyphen is empty';
  if (!/^[A-Za-z0-9.+~]*$/.test(revision)) return 'the revision has characters other than A-Z a-z 0-9 . + ~';
  return undefined;
}

const ZERO = 0x30;
const NINE = 0x39;
const TILDE = 0x7e;

/** dpkg's verrevcmp(): digits and other characters in turn. */
function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a.charCodeAt(i) === ZERO) i++;
    while (b.charCodeAt(j) === ZERO) j++;
    let firstDifference = 0;
    while (isDigit(a, i) && isDigit(b, j)) {
      if (firstDifference === 0) firstDifference = a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (firstDifference !== 0) return firstDifference;
  }
  return 0;
}

function isDigit(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= ZERO && unit <= NINE;
}

/** `~` before the end and before digits, then letters, then everything else. */
function weight(text: string, index: number): number {
  if (index >= text.length || isDigit(text, index)) return 0;
  const unit = text.charCodeAt(index);
  if (unit === TILDE) return -1;
  return isLetter(unit) ? unit : unit + 256;
}

function isLetter(unit: number): boolean {
  return (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}
