/** What publishing files into a place would do, before anything is written. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { Format, PackageRecord } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { Identity, Place } from './actions.ts';
import { catalogLookup } from './catalog-lookup.ts';
import { type Changes, createChanges } from './changes.ts';
import type { ReadRevision } from './content.ts';
import type { InspectedPackage } from './ingest/inspected.ts';
import type { Repository } from './repository.ts';
import { checkPlace, type Terms } from './terms.ts';

/** A file that was not accepted. */
export interface RefusedFile {
  readonly source: string;
  readonly error: PakhusError;
}

/** A file and where it goes, below the repository's folder. */
export interface PlacedPackage {
  readonly inspected: InspectedPackage;
  readonly path: string;
}

export interface PublishPlan {
  readonly format: Format;
  /** Not in the place yet. */
  readonly fresh: readonly PlacedPackage[];
  /** There already, the same bytes: the newest revision names `path`. */
  readonly unchanged: readonly PlacedPackage[];
  /** Files with the very bytes of another one of the same call. */
  readonly repeated: readonly InspectedPackage[];
  readonly refused: readonly RefusedFile[];
  /** What the setting `keep` takes out of the index. */
  readonly dropped: readonly Identity[];
}

/** @throws PLACE_NOT_FOUND; PACKAGE_CONFLICT with the file, unless `keepGoing` */
export async function planPublish(
  repository: Repository,
  inspected: readonly InspectedPackage[],
  at: {
    readonly tail: ReadRevision | undefined;
    readonly terms: Terms;
    readonly place: Place;
    readonly keepGoing: boolean;
  },
): Promise<PublishPlan> {
  const { terms, place } = at;
  checkPlace(terms.settings, place);
  const format = formatByName(terms.settings.format);
  const changes = createChanges(catalogLookup(repository.catalog, at.tail?.content.catalog));
  const fresh: PlacedPackage[] = [];
  const unchanged: PlacedPackage[] = [];
  const repeated: InspectedPackage[] = [];
  const refused: RefusedFile[] = [];
  const seen = new Set<string>();
  for (const one of inspected) {
    if (seen.has(one.sha256)) {
      repeated.push(one);
      continue;
    }
    try {
      const placed = await placeFile(one, { changes, place, format });
      (placed.isNew ? fresh : unchanged).push(placed);
      seen.add(one.sha256);
    } catch (error) {
      if (!hasCode(error, 'PACKAGE_CONFLICT')) throw error;
      const named = withSource(one.source, error);
      if (!at.keepGoing) throw named;
      refused.push({ source: one.source, error: named });
    }
  }
  if (terms.settings.keep !== undefined) await changes.keepNewest(terms.settings.keep, format);
  const dropped = changes.edits().flatMap(({ drop }) => drop);
  return { format, fresh, unchanged, repeated, refused, dropped };
}

async function placeFile(
  inspected: InspectedPackage,
  at: { readonly changes: Changes; readonly place: Place; readonly format: Format },
): Promise<PlacedPackage & { readonly isNew: boolean }> {
  const { meta, sizeBytes, sha256 } = inspected;
  const { name, version, architecture, metadata } = meta;
  const path = at.format.packagePath(meta, { component: at.place.component, sha256, apart: false });
  const record: PackageRecord = { name, version, architecture, path, sizeBytes, sha256, metadata };
  const isNew = await at.changes.add({ ...at.place, slot: meta.slot }, record);
  if (isNew) return { inspected, path, isNew };
  const there = await at.changes.lookUp(at.place, record);
  return { inspected, path: there?.record.path ?? path, isNew };
}

function withSource(source: string, error: PakhusError): PakhusError {
  const { code, message, hint, details } = error;
  return new PakhusError(code, `${source}: ${message}`, {
    ...(hint && { hint }),
    details: { ...details, source },
  });
}
