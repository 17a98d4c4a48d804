/** Packages that a place holds already, by the digests of their files: what was read and accepted once is not parsed again. */
import type { PackageRecord } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Place } from './change/actions.ts';
import type { ReadRevision } from './change/content.ts';
import type { InspectedPackage, KnownPackages, RecognisedFile } from './ingest/inspected.ts';
import { iteratePackages } from './list-packages.ts';
import type { Repository } from './repository.ts';

/** Reads all of a place: worth it for many files only. */
export async function readKnownPackages(
  repository: Repository,
  { tail, place }: { readonly tail: ReadRevision; readonly place: Place },
  call: CallOptions,
): Promise<KnownPackages> {
  const { format } = tail.content.catalog.settings;
  const held = new Map<string, PackageRecord>();
  const digests = new Map<string, number>();
  for (const record of await recordsOf(repository, { tail, place }, call)) {
    held.set(record.sha256, record);
    digests.set(record.sha256, record.sizeBytes);
  }
  return {
    digests,
    recall: (file) => inspectedAs(file, { format, record: held.get(file.sha256) }),
    pathOf: (sha256) => held.get(sha256)?.path,
  };
}

async function recordsOf(
  repository: Repository,
  { tail, place }: { readonly tail: ReadRevision; readonly place: Place },
  call: CallOptions,
): Promise<readonly PackageRecord[]> {
  const found = await repository.catalog.readPlace(tail.content.catalog, place, call);
  if (found !== undefined) return found.map(({ record }) => record);
  const records: PackageRecord[] = [];
  for await (const { record } of iteratePackages(repository, tail, { ...place, ...call }))
    records.push(record);
  return records;
}

/** Nothing but its name and place is asked of a package that is there. */
function inspectedAs(
  file: RecognisedFile,
  { format, record }: { readonly format: string; readonly record: PackageRecord | undefined },
): InspectedPackage | undefined {
  if (record === undefined) return undefined;
  const { name, version, architecture, metadata } = record;
  const [slot = architecture] = formatByName(format).slotsOf?.(architecture) ?? [];
  return { ...file, format, meta: { name, version, architecture, slot, metadata, lints: [] } };
}
