/** Bringing a place back to what it held in an earlier revision, as a new one. Settings and signers stay as they are. */
import { fillPlace } from '../../config/place.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { type Filter, withAllowance } from '../change/actions.ts';
import { differencesTo, restorePlace } from '../change/apply-rollback.ts';
import { catalogLookup } from '../change/catalog-lookup.ts';
import { type Changed, finishOthers, makeChange } from '../change/change.ts';
import { type BaseLookup, createChanges } from '../change/changes.ts';
import type { ReadRevision } from '../change/content.ts';
import { passGate } from '../gate/gate.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { comparePackages, type PackageDifference } from './diff-revisions.ts';
import { type ChannelDowngrade, downgradesOf } from './downgrades.ts';
import {
  openPast,
  type PastCatalog,
  pastCatalog,
  pastOf,
  pastRevisions,
  revisionNumber,
} from './past-revisions.ts';

export interface RollbackInput {
  /** What is brought back; a part that is left out means all. */
  readonly place: Filter;
  /** A revision or the name of a pin. Undefined: the newest one in which the place held something else. */
  readonly to: string | undefined;
  readonly dryRun: boolean;
  /** What becomes uninstallable is a warning. Default: it is refused. */
  readonly allowUninstallable?: boolean;
}

export interface RollbackResult {
  readonly to: number;
  /** What disappears (`removed`), comes back (`added`), and comes back with other bytes (`changed`). */
  readonly packages: readonly PackageDifference[];
  readonly downgrades: readonly ChannelDowngrade[];
  /** Undefined on a dry run, and when the place holds all of it already. */
  readonly change: Changed | undefined;
}

/**
 * @throws REPOSITORY_NOT_FOUND, PLACE_NOT_FOUND, REVISION_NOT_FOUND, REVISION_COLLECTED, PACKAGE_NOT_FOUND when a file that would
 * come back is gone, PACKAGE_CONFLICT, PACKAGE_UNINSTALLABLE, and as `makeChange`
 */
export async function rollbackPlace(
  repository: Repository,
  { place, to: wanted, dryRun, allowUninstallable = false }: RollbackInput,
  options: UseCaseOptions,
): Promise<RollbackResult> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const tail = await openTail(repository, call);
  const where = { channel: place.channel, component: place.component };
  fillPlace({ repository: repository.name, ...where }, tail.content.catalog.settings);
  const preview = await previewRollback(repository, tail, {
    search: { where, wanted, ...call },
    allow: allowUninstallable,
    options,
  });
  const { to } = preview;
  if (dryRun || preview.packages.length === 0) {
    if (!dryRun) await finishOthers(repository, { ...options, known: tail });
    return { ...preview, change: undefined };
  }
  const named = wanted === undefined || wanted === String(to) ? '' : ` (${wanted})`;
  const message = `roll back ${describePlace(where)}to revision ${to}${named}`;
  const actions = withAllowance([{ type: 'rollback', place, to }], allowUninstallable);
  const change = await makeChange(
    repository,
    { actions, message, known: tail.revision, passed: true },
    options,
  );
  if (change.rev === undefined) return { ...preview, change };
  return { ...preview, packages: await changesOf(repository, { rev: change.rev, where, ...call }), change };
}

/** What a rollback of the newest revision does. The packages themselves, which may be many, are gone when this returns. */
async function previewRollback(
  repository: Repository,
  tail: ReadRevision,
  {
    search: { where, wanted, ...call },
    allow,
    options,
  }: {
    readonly search: Omit<Search, 'base'>;
    readonly allow: boolean;
    readonly options: UseCaseOptions;
  },
): Promise<Omit<RollbackResult, 'change'>> {
  const { catalog } = tail.content;
  const { settings } = catalog;
  const base = catalogLookup(repository.catalog, catalog);
  const past = await findTarget(repository, tail, { where, wanted, base, ...call });
  const changes = createChanges(base);
  const { fileSize } = pastOf(repository, tail, call);
  const restorations = await changes.whole(async () => {
    const restored = await restorePlace({ where, past, settings, base, changes, fileSize, ...call });
    await passGate(repository, { step: changes.step(), settings, allow }, options);
    return restored;
  });
  return {
    to: past.rev,
    packages: restorations.map(({ run: { channel, component }, ...one }) => ({ ...one, channel, component })),
    downgrades: await downgradesOf(repository, { settings, restorations, changes }),
  };
}

interface Search extends CallOptions {
  readonly where: Filter;
  readonly wanted: string | undefined;
  /** The newest revision. */
  readonly base: BaseLookup;
}

async function findTarget(
  repository: Repository,
  tail: ReadRevision,
  { where, wanted, base, ...call }: Search,
): Promise<PastCatalog> {
  if (wanted !== undefined)
    return pastOf(repository, tail, call).open(revisionNumber(repository, tail, wanted));
  for await (const revision of pastRevisions(repository, tail, call)) {
    const past = pastCatalog(revision);
    for await (const _ of differencesTo({ where, past, base, ...call })) return past;
  }
  const place = [repository.name, where.channel, where.component].filter((part) => part !== undefined);
  throw new PakhusError(
    'REVISION_NOT_FOUND',
    `${place.join('/')} held the same in every earlier revision that is left`,
    { hint: `\`pakhus log ${repository.name}\` shows what there is.`, details: { place: place.join('/') } },
  );
}

/** What is different since the revision before: others' changes of the same moment may be among it. */
async function changesOf(
  repository: Repository,
  { rev, where, ...call }: CallOptions & { readonly rev: number; readonly where: Filter },
): Promise<readonly PackageDifference[]> {
  const tail = await openTail(repository, call);
  const [from, to] = await Promise.all([
    openPast(repository, tail, { rev: rev - 1, ...call }),
    openPast(repository, tail, { rev, ...call }),
  ]);
  return comparePackages(repository, { from: from.content.catalog, to: to.content.catalog, where, ...call });
}

function describePlace({ channel, component }: Filter): string {
  return channel === undefined
    ? ''
    : `${[channel, component].filter((part) => part !== undefined).join('/')} `;
}
