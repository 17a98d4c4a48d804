/**
 * The members of databases, package by package, so that a database can be joined from parts:
 *
 * ```
 * wicket-1.0-1/            0755
 * wicket-1.0-1/desc        what is known of the package
 * wicket-1.0-1/files       in <name>.files only: the paths in it
 * ```
 * The same packages give the same bytes: sorted by name, owned by root, dated by their build. No file is at the root of the archive:
 * pacman would call the database damaged.
 */
import { tarEnd, tarEntry } from '../../codec/tar-writer.ts';
import type { PackageRecord, Segment } from '../format.ts';
import { buildDateOf, renderDesc, renderFiles } from './desc.ts';

/** Octal digits in a tar header end in the year 2242. */
const MAX_TAR_SECONDS = 0o77777777777;

export const segments: Readonly<Record<'db' | 'files', Segment>> = {
  db: { render: (records) => render(records, { withFiles: false }), tail: tarEnd, hashesText: false },
  files: { render: (records) => render(records, { withFiles: true }), tail: tarEnd, hashesText: false },
};

function render(
  records: readonly PackageRecord[],
  { withFiles }: { readonly withFiles: boolean },
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const record of records) {
    const folder = `${record.name}-${record.version}`;
    const options = { mtimeSeconds: Math.min(buildDateOf(record), MAX_TAR_SECONDS) };
    parts.push(tarEntry({ path: `${folder}/`, type: 'directory' }, options));
    parts.push(tarEntry({ path: `${folder}/desc`, bytes: Buffer.from(renderDesc(record)) }, options));
    if (withFiles)
      parts.push(tarEntry({ path: `${folder}/files`, bytes: Buffer.from(renderFiles(record)) }, options));
  }
  return Buffer.concat(parts);
}
