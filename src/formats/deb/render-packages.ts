import type { PackageRecord } from '../format.ts';

/**
 * A segment of a `Packages` file: a stanza and an empty line for each package, so that segments joined in any number are a
 * valid file. A stanza is the package's own fields as they are, followed by what is known of the file: once, as
 * {@link readControl} leaves out such fields of the package. SHA256 is the only digest, for apt trusts no weaker one and
 * asks by-hash for the strongest that is named.
 *
 * `Filename` is below the repository's folder, which clients have as their URI, and is not escaped: apt does that.
 */
export function renderPackages(records: readonly PackageRecord[]): Uint8Array {
  let text = '';
  for (const { metadata, path, sizeBytes, sha256 } of records) {
    text += `${metadata}\nFilename: ${path}\nSize: ${sizeBytes}\nSHA256: ${sha256}\n\n`;
  }
  return Buffer.from(text, 'utf8');
}
