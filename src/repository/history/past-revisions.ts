/** Earlier revisions, by number or by the name of a pin. */
import type { Catalog } from '../../catalog/catalog.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { FoundRecord, Revision } from '../../ledger/log.ts';
import { readManifest } from '../../ledger/manifest.ts';
import { walkBack } from '../../ledger/walk-back.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { type ReadRevision, readContent } from '../change/content.ts';
import { openTail } from '../read-repository.ts';
import type { Repository } from '../repository.ts';
import { collectedRevision, isCollected } from './collected.ts';

/** What an earlier revision held. */
export interface PastCatalog {
  readonly rev: number;
  readonly catalog: Catalog;
}

/** A revision and those before it, and what is left of their files. */
export interface Past {
  /** @throws REVISION_NOT_FOUND, REVISION_COLLECTED */
  open(rev: number): Promise<PastCatalog>;
  /** Size of a file of the public folder; undefined when it is not there. */
  fileSize(path: string): Promise<number | undefined>;
}

/** `newest`: undefined when there is no revision yet. */
export function pastOf(
  repository: Repository,
  newest: ReadRevision | undefined,
  call: CallOptions = {},
): Past {
  return {
    async open(rev) {
      if (newest === undefined) throw noSuchRevision(repository, rev);
      return pastCatalog(await openPast(repository, newest, { rev, ...call }));
    },
    async fileSize(path) {
      try {
        return (await repository.tree.stat(path, call)).sizeBytes;
      } catch (error) {
        if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
        throw error;
      }
    },
  };
}

export function pastCatalog({ revision, content }: ReadRevision): PastCatalog {
  return { rev: revision.signed.record.rev, catalog: content.catalog };
}

/** Reads `12`, or the name of one of the newest revision's pins. @throws REVISION_NOT_FOUND */
export function revisionNumber({ name }: Repository, newest: ReadRevision, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  const { pins } = newest.content;
  const pin = pins.find((one) => one.name === text);
  if (pin !== undefined) return pin.rev;
  const names = pins.flatMap((one) => one.name ?? []);
  throw new PakhusError('REVISION_NOT_FOUND', `${name} has no revision that is pinned as '${text}'`, {
    hint:
      names.length === 0
        ? `Give the number of a revision: \`pakhus log ${name}\` shows them.`
        : `Pinned are ${names.join(', ')}.`,
    details: { repository: name, wanted: text, names },
  });
}

/** A revision as it was asked for, and the newest one. */
export interface OpenedAt {
  readonly tail: ReadRevision;
  readonly at: ReadRevision;
}

/** `revision`: a number or the name of a pin; undefined: the newest. @throws as {@link openPast}, REPOSITORY_NOT_FOUND */
export async function openAt(
  repository: Repository,
  revision: string | undefined,
  call: CallOptions = {},
): Promise<OpenedAt> {
  const tail = await openTail(repository, call);
  if (revision === undefined) return { tail, at: tail };
  const rev = revisionNumber(repository, tail, revision);
  return { tail, at: await openPast(repository, tail, { rev, ...call }) };
}

/** Revision `rev`, which `newest` or one before it is. @throws REVISION_NOT_FOUND, REVISION_COLLECTED, LEDGER_* */
export async function openPast(
  repository: Repository,
  newest: ReadRevision,
  { rev, ...call }: CallOptions & { readonly rev: number },
): Promise<ReadRevision> {
  if (isCollected(newest, rev)) throw collectedRevision(repository, rev);
  return readPast(repository, await findRecord(repository, newest, { rev, ...call }), call);
}

/** The record of revision `rev`, whether or not what it names was collected. @throws REVISION_NOT_FOUND, LEDGER_* */
export async function findRecord(
  repository: Repository,
  newest: ReadRevision,
  { rev, ...call }: CallOptions & { readonly rev: number },
): Promise<FoundRecord> {
  for await (const found of walkBack(repository.ledger, newest.revision, call))
    if (found.signed.record.rev === rev) return found;
  throw noSuchRevision(repository, rev);
}

/** `newest` and the revisions before it, newest first, without those that were collected. @throws LEDGER_* */
export async function* pastRevisions(
  repository: Repository,
  newest: ReadRevision,
  call: CallOptions = {},
): AsyncGenerator<ReadRevision, void, undefined> {
  for await (const found of walkBack(repository.ledger, newest.revision, call)) {
    if (!isCollected(newest, found.signed.record.rev)) yield await readPast(repository, found, call);
  }
}

/** What a record names. @throws LEDGER_CORRUPT when it was collected */
export async function readPast(
  { ledger }: Repository,
  found: FoundRecord,
  call: CallOptions,
): Promise<ReadRevision> {
  const manifest = await readManifest(ledger.blobs, found.signed.record, call);
  const revision: Revision = { ...found, manifest };
  return { revision, content: readContent(revision) };
}

function noSuchRevision({ name }: Repository, rev: number): PakhusError {
  return new PakhusError('REVISION_NOT_FOUND', `${name} has no revision ${rev}`, {
    hint: `\`pakhus log ${name}\` shows what there is.`,
    details: { repository: name, rev },
  });
}
