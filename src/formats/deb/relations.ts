import { findField, parseStanza, type Stanza } from '../../codec/deb822.ts';
import type { PackageRecord, Relation, Relations } from '../format.ts';
import { parseRelationField } from '../shared/relation-field.ts';

/** The fields that dpkg and apt read relations from, in lower case, and whether they may have alternatives. */
const RELATION_FIELDS: ReadonlyMap<string, { readonly alternatives: boolean }> = new Map(
  Object.entries({
    'pre-depends': { alternatives: true },
    depends: { alternatives: true },
    recommends: { alternatives: true },
    suggests: { alternatives: true },
    enhances: { alternatives: true },
    conflicts: { alternatives: false },
    breaks: { alternatives: false },
    replaces: { alternatives: false },
    provides: { alternatives: false },
    // Old names of Recommends and Suggests, which dpkg still reads.
    recommended: { alternatives: true },
    optional: { alternatives: true },
  }),
);

/** The first field of relations that dpkg or apt refuses, and why; undefined when there is none. */
export function relationProblem(
  stanza: Stanza,
): { readonly field: string; readonly problem: string } | undefined {
  for (const { name, value } of stanza) {
    const options = RELATION_FIELDS.get(name.toLowerCase());
    if (options === undefined) continue;
    const { problem } = parseRelationField(value, options);
    if (problem !== undefined) return { field: name, problem };
  }
  return undefined;
}

/**
 * What a package needs and gives. Pre-Depends come first among `depends`, Breaks are among `conflicts`.
 * Qualifiers (`:any`) are kept; restrictions (`[amd64]`, `<!nocheck>`) are passed over.
 */
export function readRelations(record: PackageRecord): Relations {
  const stanza = parseStanza(record.metadata, { name: record.path });
  const groups = (field: string): readonly (readonly Relation[])[] =>
    parseRelationField(findField(stanza, field)?.value ?? '', { alternatives: true }).groups;
  return {
    depends: [...groups('pre-depends'), ...groups('depends')],
    recommends: groups('recommends'),
    conflicts: [...groups('conflicts'), ...groups('breaks')].flat(),
    provides: groups('provides').flat(),
  };
}
