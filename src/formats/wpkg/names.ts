/** Names of packages as wpkg takes them: files of that name have to be possible on Windows as well. */

const MAX_CHARACTERS = 128;
const DEVICES = /^(?:aux|con|nul|prn|com[1-9]|lpt[1-9])$/;

/** Why wpkg does not take a name; undefined when it does. */
export function packageNameProblem(name: string): string | undefined {
  if (name.length < 2) return 'wpkg wants at least two characters';
  if (name.length > MAX_CHARACTERS) return `it is longer than ${MAX_CHARACTERS} characters`;
  if (!/^[a-z0-9.+-]+$/.test(name)) return 'it has characters other than a-z 0-9 - . +';
  if (/^[.+-]|[.+-]$|[.+-]\./.test(name)) return 'a - . + begins or ends it, or stands before a period';
  if (name === 'tmp' || DEVICES.test(name.replace(/(?<=.)\.[^.]*$/, '')))
    return 'wpkg, or Windows, has another use for it';
  return undefined;
}
