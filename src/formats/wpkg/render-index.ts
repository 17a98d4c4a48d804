/**
 * The members of an index, package by package, so that an index can be joined from parts:
 *
 * ```
 * linux-amd64/hello_1.0_linux-amd64.ctrl       the package lies at the same path, with .deb
 * hello_1.0_linux-amd64.ctrl                   in the index of one architecture
 * ```
 * GNU tar as wpkg writes it: regular files of root, dated by the package, and nothing after the last one. wpkg fails on blocks of zeros
 * where no member comes before them.
 */
import { tarEntry } from '../../codec/tar-writer.ts';
import type { PackageRecord, Segment } from '../format.ts';
import { pathInIndex } from './paths.ts';

export const segments: Readonly<Record<'index' | 'own', Segment>> = {
  index: { render: (records) => render(records, 'index') },
  own: { render: (records) => render(records, 'own') },
};

function render(records: readonly PackageRecord[], segment: string): Uint8Array {
  return Buffer.concat(
    records.map(({ path, metadata }) =>
      tarEntry(
        { path: pathInIndex(path, segment).replace(/\.deb$/, '.ctrl'), bytes: Buffer.from(`${metadata}\n`) },
        { mtimeSeconds: dateOf(metadata) },
      ),
    ),
  );
}

/** Octal digits in a tar header end in the year 2242. */
const MAX_TAR_SECONDS = 0o77777777777;

/** When the package was built, or else packed. */
function dateOf(metadata: string): number {
  const written = /^Date: (.*)$/im.exec(metadata)?.[1] ?? /^Index-Date: (.*)$/m.exec(metadata)?.[1] ?? '';
  const seconds = Math.floor(Date.parse(written) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), MAX_TAR_SECONDS) : 0;
}
