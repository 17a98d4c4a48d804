/** What publishing files into a place would do, before anything is written. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { Format, RepositorySettings } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { Identity, Place } from './change/actions.ts';
import { catalogLookup } from './change/catalog-lookup.ts';
import { type Changes, createChanges } from './change/changes.ts';
import type { ReadRevision } from './change/content.ts';
import { dropOldVersions, listsOne } from './change/keep.ts';
import { checkSlot } from './change/plain-file.ts';
import { checkPlace, type Terms } from './change/terms.ts';
import { passGate } from './gate/gate.ts';
import { type InspectedPackage, type KnownPackages, recordOf } from './ingest/inspected.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

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
  readonly settings: RepositorySettings;
  readonly format: Format;
  /** Not in the place yet. */
  readonly fresh: readonly PlacedPackage[];
  /** There already, the same bytes: the newest revision names `path`. */
  readonly unchanged: readonly PlacedPackage[];
  /** Not listed, where an index has a name once: a newer version is there, or comes as well. */
  readonly superseded: readonly PlacedPackage[];
  /** Files with the very bytes of another one of the same call. */
  readonly repeated: readonly InspectedPackage[];
  readonly refused: readonly RefusedFile[];
  /** What the setting `keep` takes out of the index. */
  readonly dropped: readonly Identity[];
}

interface PlanAt {
  readonly tail: ReadRevision | undefined;
  readonly terms: Terms;
  readonly place: Place;
  readonly known: KnownPackages | undefined;
  readonly keepGoing: boolean;
  readonly allowUninstallable: boolean;
}

/** @throws PLACE_NOT_FOUND; PACKAGE_CONFLICT with the file, unless `keepGoing`; PACKAGE_UNINSTALLABLE, unless that is allowed */
export async function planPublish(
  repository: Repository,
  inspected: readonly InspectedPackage[],
  { at, options }: { readonly at: PlanAt; readonly options: UseCaseOptions },
): Promise<PublishPlan> {
  const { settings } = at.terms;
  checkPlace(settings, at.place);
  const format = formatByName(settings.format);
  for (const { source, meta } of inspected)
    checkSlot({ name: source, slot: meta.slot }, { settings, to: at.place });
  const changes = createChanges(catalogLookup(repository.catalog, at.tail?.content.catalog));
  const placed = await changes.whole(async () => {
    const all = await placeFiles(inspected, { ...at, changes, format });
    await passGate(repository, { step: changes.step(), settings, allow: at.allowUninstallable }, options);
    return all;
  });
  await dropOldVersions(changes, { format, settings });
  const dropped = changes.edits().flatMap(({ drop }) => drop);
  const fresh: PlacedPackage[] = [];
  const superseded: PlacedPackage[] = [];
  for (const one of placed.fresh) {
    const isListed = !listsOne({ format, settings }) || (await changes.lookUp(at.place, one.inspected.meta));
    (isListed ? fresh : superseded).push(one);
  }
  return { settings, format, ...placed, fresh, superseded, dropped };
}

async function placeFiles(
  inspected: readonly InspectedPackage[],
  at: PlanAt & { readonly changes: Changes; readonly format: Format },
): Promise<Pick<PublishPlan, 'fresh' | 'unchanged' | 'repeated' | 'refused'>> {
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
    const path = at.known?.pathOf(one.sha256);
    if (path !== undefined) {
      unchanged.push({ inspected: one, path });
      seen.add(one.sha256);
      continue;
    }
    try {
      const placed = await placeFile(one, at);
      (placed.isNew ? fresh : unchanged).push(placed);
      seen.add(one.sha256);
    } catch (error) {
      if (!hasCode(error, 'PACKAGE_CONFLICT')) throw error;
      const named = withSource(one.source, error);
      if (!at.keepGoing) throw named;
      refused.push({ source: one.source, error: named });
    }
  }
  return { fresh, unchanged, repeated, refused };
}

async function placeFile(
  inspected: InspectedPackage,
  at: {
    readonly terms: Terms;
    readonly changes: Changes;
    readonly place: Place;
    readonly format: Format;
  },
): Promise<PlacedPackage & { readonly isNew: boolean }> {
  const { meta, sha256 } = inspected;
  const { settings } = at.terms;
  const path = at.format.packagePath(meta, { settings, ...at.place, sha256, apart: false });
  const record = recordOf(inspected, path);
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
