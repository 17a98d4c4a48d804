/** What packages may be called, as makepkg has it; what it does not check is held to what paths and URLs can carry. */

const MAX_CHARACTERS = 255;

/** Why this is no name of a package; undefined when it is. */
export function nameProblem(name: string): string | undefined {
  return wordProblem(name, { first: /^[^.-]/, all: /^[A-Za-z0-9@._+-]+$/, allowed: 'A-Z a-z 0-9 @ . _ + -' });
}

/** Why this is no full version, `[epoch:]version-release`; undefined when it is. */
export function versionProblem(version: string): string | undefined {
  if (version.length > MAX_CHARACTERS) return `it is longer than ${MAX_CHARACTERS} characters`;
  if (!version.includes('-')) return 'there is no release in it: expected [epoch:]version-release';
  return /^(?:[0-9]+:)?[A-Za-z0-9][A-Za-z0-9._+~^@]*-[A-Za-z0-9][A-Za-z0-9._+~]*$/.test(version)
    ? undefined
    : 'expected [epoch:]version-release of A-Z a-z 0-9 . _ + ~ ^ @';
}

/** Why a package cannot be of this architecture; undefined when it can. */
export function architectureProblem(name: string): string | undefined {
  return wordProblem(name, { first: /^[A-Za-z0-9]/, all: /^[A-Za-z0-9_]+$/, allowed: 'A-Z a-z 0-9 _' });
}

function wordProblem(
  word: string,
  rules: { readonly first: RegExp; readonly all: RegExp; readonly allowed: string },
): string | undefined {
  if (word === '') return 'it is empty';
  if (word.length > MAX_CHARACTERS) return `it is longer than ${MAX_CHARACTERS} characters`;
  if (!rules.all.test(word)) return `it has characters other than ${rules.allowed}`;
  return rules.first.test(word) ? undefined : `it begins with ${JSON.stringify(word[0])}`;
}
