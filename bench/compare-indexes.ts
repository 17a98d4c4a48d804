/** Field name in lower case → value, with its continuation lines. */
export type PackageFields = ReadonlyMap<string, string>;

/** Where two indexes differ. Lists name packages as `name version architecture`. */
export interface IndexDifference {
  readonly packages: { readonly ours: number; readonly theirs: number; readonly both: number };
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
  readonly fields: readonly FieldDifference[];
}

/** A field of a package that both indexes list; undefined: that index does not have it. */
export interface FieldDifference {
  readonly package: string;
  readonly field: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/**
 * Fields that every archive chooses for itself: where the file lies, which digests are given, and the digest that
 * stands for a description kept elsewhere. `Size` is compared.
 */
const CHOSEN_BY_THE_ARCHIVE = new Set(['filename', 'md5sum', 'sha1', 'sha256', 'sha512', 'description-md5']);

/** Reads a `Packages` index, by `name version architecture`. The order of stanzas and fields is not kept. */
export function parsePackages(text: string): Map<string, PackageFields> {
  const packages = new Map<string, PackageFields>();
  for (const stanza of text.split(/\n{2,}/)) {
    const fields = new Map<string, string>();
    for (const field of stanza.match(/^[^\s].*(\n[ \t].*)*/gm) ?? []) {
      const colon = field.indexOf(':');
      fields.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim());
    }
    const identity = [fields.get('package'), fields.get('version'), fields.get('architecture')].join(' ');
    if (fields.size > 0) packages.set(identity, fields);
  }
  return packages;
}

/**
 * Compares all packages of two indexes, field by field, leaving out what every archive chooses for itself.
 * `unfold`: line breaks inside a value count as spaces, for a program that joins folded fields.
 */
export function compareIndexes(
  ours: string,
  theirs: string,
  options: { readonly unfold: boolean },
): IndexDifference {
  const our = parsePackages(options.unfold ? unfold(ours) : ours);
  const their = parsePackages(options.unfold ? unfold(theirs) : theirs);
  const onlyOurs = [...our.keys()].filter((key) => !their.has(key));
  const onlyTheirs = [...their.keys()].filter((key) => !our.has(key));
  const fields = [...our].flatMap(([key, mine]) => {
    const other = their.get(key);
    return other ? compareFields(key, mine, other) : [];
  });
  const packages = { ours: our.size, theirs: their.size, both: our.size - onlyOurs.length };
  return { packages, onlyOurs, onlyTheirs, fields };
}

/** Joins folded lines, deb822(5): the line break and the white space at the start of the next line become one space. */
function unfold(index: string): string {
  return index.replace(/\n[ \t]+/g, ' ');
}

function compareFields(key: string, ours: PackageFields, theirs: PackageFields): FieldDifference[] {
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names]
    .filter((name) => !CHOSEN_BY_THE_ARCHIVE.has(name) && ours.get(name) !== theirs.get(name))
    .map((field) => ({ package: key, field, ours: ours.get(field), theirs: theirs.get(field) }));
}
