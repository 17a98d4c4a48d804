import { findField, parseStanza } from '../../codec/deb822.ts';
import type { PackageRecord, PackageSummary } from '../format.ts';

/** What a person wants to read of a package. The summary is the first line of Description: deb-control(5). */
export function summarise(record: PackageRecord): PackageSummary {
  const stanza = parseStanza(record.metadata, { name: record.path });
  const value = (name: string): string | undefined => findField(stanza, name)?.value || undefined;
  const fields = stanza.map((field) => ({ name: field.name, value: field.value }));
  return {
    summary: value('description')?.split('\n', 1)[0] ?? '',
    section: value('section'),
    maintainer: value('maintainer'),
    homepage: value('homepage'),
    fields,
  };
}
