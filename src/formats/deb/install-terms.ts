/**
 * What apt goes by when it installs: deb-control(5), and what apt 2.6 and 3.0 were seen to do.
 *
 * ```
 * Depends: libfoo (>= 2) | bar, py:any      needs      [libfoo >= 2 | bar] [py:any]
 * Provides: mta (= 1)                       provides   mta = 1; with Multi-Arch: allowed also mta:any, itself:any
 * Conflicts, Breaks                         conflicts  alike; apt meets neither while both are to be installed
 * ```
 *
 * A relation to another architecture (`wine32:i386` on amd64) says nothing about a machine of one architecture: such a need
 * counts as met. So does `:all`, which apt takes one way or the other by the order of the index. `:native` and the machine's own
 * architecture say nothing more than the name.
 */
import type { Relation } from '../format.ts';
import type { Clause, InstallTerms, Provided, TermsReader, TermsSource } from '../install-rules.ts';
import { parseRelationField } from '../shared/relation-field.ts';
import { createClausePool } from './clause-pool.ts';
import { createFieldScanner } from './field-scanner.ts';

const scan = createFieldScanner('pre-depends', 'depends', 'conflicts', 'breaks', 'provides', 'multi-arch');
const scanRecommends = createFieldScanner('recommends');

/** Reads terms as a machine of `architecture`. */
export function createTermsReader(architecture: string): TermsReader {
  const pool = createClausePool();
  const relationsOf = (clause: Clause): readonly Relation[] =>
    readRelations(pool.textOf(clause), architecture);
  const read = ({ name, version, metadata }: TermsSource): InstallTerms => {
    const provides: Provided[] = [];
    const needs: Clause[] = [];
    const conflicts: Clause[] = [];
    let isAllowed = false;
    scan(metadata, (field, start, end) => {
      if (field === 'multi-arch') isAllowed = metadata.slice(start, end).trim() === 'allowed';
      else if (field === 'provides') provides.push(...readProvided(metadata.slice(start, end), architecture));
      else pool.collect(metadata, { start, end }, field.endsWith('depends') ? needs : conflicts);
    });
    if (isAllowed) provides.push(...[{ name, version }, ...provides].flatMap(forAny));
    return { provides: compact(provides), needs: compact(needs), conflicts: compact(conflicts) };
  };
  const recommends: TermsReader['recommends'] = ({ metadata }) => {
    const clauses: Clause[] = [];
    scanRecommends(metadata, (_, start, end) => pool.collect(metadata, { start, end }, clauses));
    return compact(clauses);
  };
  return { read, recommends, relationsOf, textOf: pool.textOf };
}

/** Most packages have none or few: one empty list for all of them, and no room for more than there are. */
function compact<T>(list: T[]): readonly T[] {
  return list.length === 0 ? NOTHING : list.slice();
}

const NOTHING: readonly never[] = [];

/** Names of all relations that decide about an installation, and of what is provided, without qualifiers. */
export function mentionedNames({ metadata }: TermsSource): {
  readonly related: ReadonlySet<string>;
  readonly provided: ReadonlySet<string>;
} {
  const related = new Set<string>();
  const provided = new Set<string>();
  scan(metadata, (field, start, end) => {
    if (field === 'multi-arch') return;
    const names = field === 'provides' ? provided : related;
    for (const text of metadata.slice(start, end).split(/[,|]/)) {
      const name = /^[^\s:(]+/.exec(text.trimStart())?.[0];
      if (name !== undefined) names.add(name);
    }
  });
  return { related, provided };
}

/** None when one of them is about another architecture. */
function readRelations(text: string, architecture: string): readonly Relation[] {
  const own: Relation[] = [];
  for (const relation of parseRelationField(text, { alternatives: true }).groups.flat()) {
    if (relation.architecture === undefined) {
      own.push(relation);
      continue;
    }
    const { architecture: qualifier, ...plain } = relation;
    if (qualifier === 'native' || qualifier === architecture) own.push(plain);
    else if (qualifier === 'any') own.push({ ...plain, name: `${plain.name}:any` });
    else return NOTHING;
  }
  return own;
}

/** apt passes over what is provided with another operator than `=`. */
function readProvided(field: string, architecture: string): readonly Provided[] {
  const copy = Buffer.from(field, 'latin1').toString('latin1');
  return copy
    .split(',')
    .flatMap((text) =>
      readRelations(text.trim(), architecture).flatMap(({ name, operator = '=', version }) =>
        operator === '=' ? [{ name, version }] : [],
      ),
    );
}

function forAny({ name, version }: Provided): readonly Provided[] {
  return name.includes(':') ? [] : [{ name: `${name}:any`, version }];
}
