import { findField, parseStanza } from '../../codec/deb822.ts';
import type { PackageRecord, Relation, Relations } from '../format.ts';
import { parseDependencies } from './dependencies.ts';

/** What a package needs and gives, as far as its fields can be understood. */
export function readRelations(record: PackageRecord): Relations {
  const stanza = parseStanza(record.metadata, { name: record.path });
  const groups = (field: string): readonly (readonly Relation[])[] =>
    parseDependencies(findField(stanza, field)?.value ?? '').groups;
  return {
    depends: [...groups('pre-depends'), ...groups('depends')],
    recommends: groups('recommends'),
    conflicts: groups('conflicts').flat(),
    provides: groups('provides').flat(),
  };
}
