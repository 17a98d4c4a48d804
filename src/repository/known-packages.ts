/** Packages that a store holds already, by the digests of their files: what was read and accepted once is not parsed again. */
import type { PackageRecord } from '../formats/format.ts';
import type { InspectedPackage, KnownPackages, RecognisedFile } from './ingest/inspected.ts';
import { iteratePackages } from './list-packages.ts';
import { findTail } from './read-repository.ts';
import type { Repository } from './repository.ts';

interface Held {
  readonly format: string;
  readonly slot: string;
  readonly record: PackageRecord;
}

/** Reads the newest revision of each repository, all of it: worth it for many files only. */
export async function readKnownPackages(
  repositories: readonly Repository[],
  options: { readonly signal?: AbortSignal },
): Promise<KnownPackages> {
  const held = new Map<string, Held>();
  const digests = new Map<string, number>();
  for (const repository of repositories) {
    const tail = await findTail(repository, options);
    if (tail === undefined) continue;
    const { format } = tail.content.catalog.settings;
    for await (const { slot, record } of iteratePackages(repository, tail, options)) {
      held.set(record.sha256, { format, slot, record });
      digests.set(record.sha256, record.sizeBytes);
    }
  }
  return { digests, recall: (file) => inspectedAs(file, held.get(file.sha256)) };
}

function inspectedAs(file: RecognisedFile, held: Held | undefined): InspectedPackage | undefined {
  if (held === undefined) return undefined;
  const { name, version, architecture, metadata } = held.record;
  const meta = { name, version, architecture, slot: held.slot, metadata, lints: [] };
  return { ...file, format: held.format, meta };
}
