/**
 * The text of indexes, as ipkg-make-index.sh of OpenWrt writes it: a stanza and an empty line for each package.
 *
 * ```
 * Package: hello            the package's own fields
 * Version: 1.0-r1
 * Filename: hello_1.0-r1_all.ipk        where it is below the folder of the index
 * Size: 1234
 * SHA256sum: …              in this spelling only: opkg passes over any other, and installs without a check
 * Description:  …           last
 * ```
 * `Packages.manifest` has all fields, `Packages`, which devices fetch, has not those that they have no use for.
 */
import type { PackageRecord, Segment } from '../format.ts';
import { pathInFeed } from './paths.ts';

/** Packages that are part of every image. They lie beside the others and are in no index. */
const UNLISTED: readonly string[] = ['kernel', 'libc'];

/** Fields that only `Packages.manifest` has, by how their lines begin. */
const MANIFEST_ONLY = /^(?:Maintainer|LicenseFiles|Source|Require)/;

/** Whether indexes leave a package out. */
export function isUnlisted(name: string): boolean {
  return UNLISTED.includes(name);
}

export const segments: Readonly<Record<'manifest' | 'packages', Segment>> = {
  manifest: { render: (records) => render(records, fullStanza), tail: emptyTail },
  packages: { render: (records) => render(records, shortStanza), tail: paddingTail },
};

function render(records: readonly PackageRecord[], stanza: (record: PackageRecord) => string): Uint8Array {
  let text = '';
  for (const record of records) if (!isUnlisted(record.name)) text += `${stanza(record)}\n\n`;
  return Buffer.from(text, 'utf8');
}

function fullStanza({ metadata, path, sizeBytes, sha256 }: PackageRecord): string {
  const computed = `Filename: ${pathInFeed(path)}\nSize: ${sizeBytes}\nSHA256sum: ${sha256}`;
  const at = metadata.indexOf('\nDescription:');
  return at === -1
    ? `${metadata}\n${computed}`
    : `${metadata.slice(0, at)}\n${computed}${metadata.slice(at)}`;
}

function shortStanza(record: PackageRecord): string {
  const kept: string[] = [];
  let isKept = true;
  for (const line of fullStanza(record).split('\n')) {
    // Lines that continue a field go with it.
    if (!line.startsWith(' ') && !line.startsWith('\t')) isKept = !MANIFEST_ONLY.test(line);
    if (isKept) kept.push(line);
  }
  return kept.join('\n');
}

/** usign cannot sign a file without bytes. */
function emptyTail(plainBytes: number): Uint8Array {
  return Buffer.from(plainBytes === 0 ? '\n' : '');
}

/** usign before August 2019 (OpenWrt 18.06) goes wrong at these two sizes: its SHA-512 pads one block too few. */
function paddingTail(plainBytes: number): Uint8Array {
  const rest = (64 + plainBytes) % 128;
  return rest === 110 || rest === 111 ? Buffer.from('\n\n') : emptyTail(plainBytes);
}
