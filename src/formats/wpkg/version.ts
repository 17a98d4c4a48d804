/**
 * The order of versions: what `wpkg --compare-versions` says.
 *
 * ```
 * 2:1.4.0~rc2-4
 * ┬ ────┬──── ┬
 * epoch version revision: after the last hyphen
 * ```
 * Like dpkg's, but for three things: letters are the same in either case, since file names of Windows are; a number is kept in 32 bits,
 * so that 4294967297 is 1; and everything before the first colon is the epoch.
 */

const MAX_EPOCH = 2_147_483_647;

/** Text and numbers in turn; text first, empty where a number comes first. */
type Parts = readonly (string | number)[];

interface VersionParts {
  readonly epoch: number;
  readonly version: Parts;
  readonly revision: Parts;
}

/** wpkg's order of two versions: -1, 0 or 1. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = split(a);
  const right = split(b);
  return (
    Math.sign(left.epoch - right.epoch) ||
    compareParts(left.version, right.version) ||
    compareParts(left.revision, right.revision)
  );
}

/** Why wpkg does not take a version; undefined when it does. */
export function versionProblem(version: string): string | undefined {
  if (version === '') return 'it is empty';
  const colon = version.indexOf(':');
  const epoch = version.slice(0, Math.max(colon, 0));
  if (colon !== -1 && !/^[0-9]+$/.test(epoch)) return 'the epoch before the colon is no number';
  if (Number(epoch) > MAX_EPOCH) return `the epoch is over ${MAX_EPOCH}`;
  if (version.endsWith('-')) return 'the revision after the hyphen is empty';
  const rest = version.slice(colon + 1);
  if (!/^[0-9]/.test(rest)) return 'it does not start with a digit';
  if (!/^[A-Za-z0-9.+~:-]+$/.test(rest)) return 'it has characters other than A-Z a-z 0-9 . + - ~ :';
  if (rest.slice(rest.lastIndexOf('-') + 1).includes(':') && rest.includes('-'))
    return 'the revision has a colon';
  const { version: parts, revision } = split(version);
  return [...parts, ...revision].includes(-1) ? 'wpkg takes a number in it for -1, and fails' : undefined;
}

function split(text: string): VersionParts {
  const plain = text.toLowerCase();
  const colon = plain.indexOf(':');
  const rest = plain.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: Number(plain.slice(0, Math.max(colon, 0))) || 0,
    version: toParts(hyphen === -1 ? rest : rest.slice(0, hyphen)),
    revision: toParts(hyphen === -1 ? '' : rest.slice(hyphen + 1)),
  };
}

function toParts(text: string): Parts {
  const parts: (string | number)[] = [];
  for (const [, word = '', digits = ''] of text.matchAll(/([^0-9]*)([0-9]*)/g)) {
    if (word === '' && digits === '') continue;
    parts.push(word);
    if (digits !== '') parts.push(toInt32(digits));
  }
  return parts;
}

/** As a C program adds up digits in 32 bits. */
function toInt32(digits: string): number {
  let value = 0;
  for (const digit of digits) value = (Math.imul(value, 10) + Number(digit)) | 0;
  return value;
}

function compareParts(a: Parts, b: Parts): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const isText = index % 2 === 0;
    const one = a[index] ?? (isText ? '' : 0);
    const other = b[index] ?? (isText ? '' : 0);
    const order = isText ? compareText(String(one), String(other)) : Math.sign(Number(one) - Number(other));
    if (order !== 0) return order;
  }
  return 0;
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = Math.sign(weight(a, index) - weight(b, index));
    if (order !== 0) return order;
  }
  return 0;
}

/** `~` before the end, the end before letters, letters before all others. */
function weight(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (Number.isNaN(unit)) return 0;
  if (text[index] === '~') return -1;
  return /[a-z]/.test(text[index] ?? '') ? unit : unit + 0x10000;
}
