import { createTermsReader } from '../../src/formats/deb/install-terms.ts';
import type { PackageRecord } from '../../src/formats/format.ts';
import type { TermsReader } from '../../src/formats/install-rules.ts';
import { compareVersions } from '../../src/formats/shared/dpkg-version.ts';
import { type Candidate, createCandidates } from '../../src/repository/gate/candidates.ts';
import { packageRecord } from './catalog-kit.ts';
import { readSpec, type Spec } from './install-facts.ts';

/** The stanza of a package, without a final newline. */
export function renderSpec({ name, version, architecture, fields }: Spec): string {
  const all = { Package: name, Version: version, Architecture: architecture, ...fields };
  return Object.entries(all)
    .map(([field, value]) => `${field}: ${value}`)
    .join('\n');
}

/** A package of a revision, from a line such as `app 1.0; Depends: lib (>= 2)`. */
export function specRecord(line: string): PackageRecord {
  const spec = readSpec(line);
  const { name, version, architecture } = spec;
  return packageRecord(name, { version, architecture, metadata: renderSpec(spec) });
}

/** Reads terms as an amd64 machine does. */
export const AMD64: TermsReader = createTermsReader('amd64');

/** The candidates of an amd64 machine, from packages on the sides whose bits are set. */
export function candidatesOf(
  ...offers: readonly (readonly [string | PackageRecord, number])[]
): readonly Candidate[] {
  const candidates = createCandidates({ reader: AMD64, compareVersions });
  for (const [one, sides] of offers) candidates.offer(typeof one === 'string' ? specRecord(one) : one, sides);
  return candidates.list();
}
