import { findField, parseStanza } from '../../codec/deb822.ts';
import type { PackageRecord, Relation, Relations } from '../format.ts';
import { parseRelationField } from '../shared/relation-field.ts';

/** What a package needs and gives, as far as its fields can be understood. */
export function readRelations(record: PackageRecord): Relations {
  const stanza = parseStanza(record.metadata, { name: record.path });
  const groups = (field: string): readonly (readonly Relation[])[] =>
    parseRelationField(findField(stanza, field)?.value ?? '', { alternatives: true }).groups;
  return {
    depends: [...groups('pre-depends'), ...groups('depends')],
    recommends: groups('recommends'),
    conflicts: groups('conflicts').flat(),
    provides: groups('provides').flat(),
  };
}
