import { parseStanzas, type Stanza } from './deb822-file.ts';
import { outputOf } from './run-command.ts';

/** What makes a `Packages` file from a pool, beside us. */
export type Indexer = 'dpkg-scanpackages' | 'apt-ftparchive';

/** Lets a peer index a pool. `pool` is a path relative to `root`, so that `Filename` is as in a repository at `root`. */
export function indexWith(
  indexer: Indexer,
  pool: { readonly root: string; readonly pool: string },
): Promise<string> {
  const argv: Record<Indexer, readonly [string, ...string[]]> = {
    'dpkg-scanpackages': ['dpkg-scanpackages', '-m', pool.pool],
    'apt-ftparchive': ['apt-ftparchive', 'packages', pool.pool],
  };
  return outputOf(argv[indexer], { cwd: pool.root });
}

/** Fields in which two indexers may differ, each with its reason at the place of use. */
export interface CompareOptions {
  /** Lower-case field names that are not compared. */
  readonly ignore?: readonly string[];
}

/**
 * Compares two `Packages` texts stanza by stanza and field by field, without regard to the order of either. A field's value must be
 * the same byte for byte, continuation lines included.
 *
 * @returns differences as lines for a reader, none where the texts agree
 */
export function comparePackages(
  ours: string,
  theirs: string,
  options: CompareOptions = {},
): readonly string[] {
  const ignored = new Set(options.ignore ?? []);
  const left = byKey(ours);
  const right = byKey(theirs);
  const differences: string[] = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const one = left.get(key);
    const other = right.get(key);
    if (one === undefined || other === undefined) {
      differences.push(`${key}: only in ${one === undefined ? 'theirs' : 'ours'}`);
      continue;
    }
    for (const field of new Set([...one.keys(), ...other.keys()])) {
      const values = [one.get(field), other.get(field)] as const;
      if (ignored.has(field) || values[0] === values[1]) continue;
      differences.push(
        `${key}: ${field}: ours ${JSON.stringify(values[0])}, theirs ${JSON.stringify(values[1])}`,
      );
    }
  }
  return differences;
}

/** Stanzas by name, version and architecture, with field names in lower case (deb-control(5): not case-sensitive). */
function byKey(text: string): ReadonlyMap<string, Stanza> {
  const stanzas = new Map<string, Stanza>();
  for (const stanza of parseStanzas(text)) {
    const fields = new Map([...stanza].map(([field, value]) => [field.toLowerCase(), value]));
    const key = ['package', 'version', 'architecture'].map((field) => fields.get(field) ?? '-').join(' ');
    const seen = stanzas.get(key);
    if (seen !== undefined && seen.get('sha256') !== fields.get('sha256'))
      throw new Error(`${key}: twice with different bytes`);
    stanzas.set(key, fields);
  }
  return stanzas;
}
