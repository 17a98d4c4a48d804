/**
 * What an index says of a package, as wpkg writes it: its fields, sorted by name whatever the case, and three that are found out.
 *
 * ```
 * Architecture: linux-amd64
 * Description: says hello
 *  Says hello.                    continuation lines have one blank before them; an empty one is a period
 * Index-Date: Thu, 01 Jan 2026 00:00:00 +0000      when the package was packed, so that it stays the same
 * Package: hello
 * Package-md5sum: 31aad80b3e01e6aef9165dc85d0dfeba
 * Package-Size: 686
 * Version: 1.0
 * ```
 */

/** A field by itself, with its value as deb822 has it. */
export interface CtrlField {
  readonly name: string;
  readonly value: string;
}

/** Names of fields that only an index has, in lower case. */
export const COMPUTED: ReadonlySet<string> = new Set(['index-date', 'package-md5sum', 'package-size']);

/** The text without a final newline. */
export function writeCtrl(fields: readonly CtrlField[]): string {
  const key = ({ name }: CtrlField): string => name.toLowerCase();
  const sorted = fields.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return sorted.map(({ name, value }) => `${name}: ${foldLines(value)}`).join('\n');
}

function foldLines(value: string): string {
  const [first = '', ...rest] = value.split('\n');
  return [first, ...rest.map((line) => ` ${line.replace(/^[ \t]+/, '') || '.'}`)].join('\n');
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date of RFC 2822, in UTC. `seconds`: since 1970. */
export function rfc2822Date(seconds: number): string {
  const at = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}
