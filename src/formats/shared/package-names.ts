/**
 * Names in control files, as dpkg takes them: deb-control(5), Debian Policy 5.6.7. dpkg takes more than Policy allows
 * (upper case, `_`, a single character); what neither takes is refused here.
 */

/** Strings of 65,536 bytes abort apt 2.6 and with it every update of every client; nobody needs a hundredth of that. */
export const MAX_WORD_CHARACTERS = 1024;

/** Why dpkg does not accept a package name; undefined when it does. */
export function packageNameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > MAX_WORD_CHARACTERS) return `it is longer than ${MAX_WORD_CHARACTERS} characters`;
  if (!/^[A-Za-z0-9]/.test(name)) return 'it does not begin with a letter or digit';
  if (!/^[A-Za-z0-9+._-]+$/.test(name)) return 'it has characters other than A-Z a-z 0-9 + - . _';
  return undefined;
}

/** Whether Debian Policy allows a name that dpkg accepts: at least two characters, lower case, no `_`. */
export function isPolicyName(name: string): boolean {
  return /^[a-z0-9][a-z0-9+.-]+$/.test(name);
}

/**
 * Why a package cannot be of this architecture; undefined when it can: `all` or one machine type.
 * `any` and its wildcards, and `source`, belong into source packages; `udeb-…` would pass for the slot of an udeb.
 */
export function architectureProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > MAX_WORD_CHARACTERS) return `it is longer than ${MAX_WORD_CHARACTERS} characters`;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) return 'it has characters other than a-z 0-9 -';
  if (name === 'source' || name.split('-').includes('any'))
    return 'a package is for one architecture or for all';
  if (name.startsWith('udeb-')) return 'names that begin with udeb- are taken';
  return undefined;
}
