/** Adding a package: its file is read, whatever the intent says of it, and has its path by the rules of the format. */
import type { PackageRecord } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Intent } from '../../ledger/intents.ts';
import { type FileKind, type InspectedPackage, recordOf } from '../ingest/inspected.ts';
import type { AddProposed, AddPublic, InboxFile, Place, PublicFile } from './actions.ts';
import { sweeping } from './change-errors.ts';
import type { Changes } from './changes.ts';
import { kindOfFile } from './plain-file.ts';
import { checkPlace, rejected, type Terms } from './terms.ts';

/** Where package files come from. */
export interface PackageFiles {
  /** Reads a file of the public folder. @throws STORE_OBJECT_NOT_FOUND, PACKAGE_*, ARCHIVE_* */
  inspect(path: string, as: FileKind): Promise<InspectedPackage>;
  /** Takes a file out of its proposer's reach and reads it. @throws INTENT_REJECTED, PACKAGE_*, ARCHIVE_* */
  take(intent: Intent, file: InboxFile, as: FileKind): Promise<TakenFile>;
  /**
   * Copies a package of the public folder to the first of `paths` that is free or has these very bytes, and says which one that is.
   * @throws INTENT_REJECTED when there is none, LEDGER_SWEEPING
   */
  copy(record: PackageRecord, paths: readonly string[]): Promise<string>;
}

/** A proposed file that nobody but committers can change any more. */
export interface TakenFile {
  readonly inspected: InspectedPackage;
  /** The first of `paths` that is free, or has these very bytes. @throws INTENT_REJECTED when there is none */
  findPath(paths: readonly string[]): Promise<string>;
  /** Puts it into the public folder. @throws STORE_CONFLICT when somebody else was faster, with other bytes */
  place(path: string): Promise<void>;
}

/** A package that was not there. */
export interface AddedPackage {
  readonly record: PackageRecord;
  /** Puts its file into the public folder; undefined where it is there. */
  readonly place: (() => Promise<void>) | undefined;
}

interface AddInput {
  readonly intent: Intent;
  readonly terms: Terms;
  readonly changes: Changes;
  readonly swept: ReadonlySet<string>;
  readonly files: PackageFiles;
}

/** Those that are not there already. */
export async function applyAdd(
  action: AddPublic | AddProposed,
  at: AddInput,
): Promise<readonly AddedPackage[]> {
  const { to } = action;
  checkPlace(at.terms.settings, to);
  const wanted = { to, ...at };
  const added: AddedPackage[] = [];
  const add = async ({ inspected, path, place }: Found): Promise<void> => {
    const record = recordOf(inspected, path);
    if (await at.changes.add({ ...to, slot: inspected.meta.slot }, record)) added.push({ record, place });
  };
  if ('files' in action) for (const file of action.files) await add(await fromPublicFolder(file, wanted));
  else for (const file of action.inbox) await add(await fromInbox(file, wanted));
  return added;
}

interface Found {
  readonly inspected: InspectedPackage;
  readonly path: string;
  readonly place: AddedPackage['place'];
}

async function fromPublicFolder(file: PublicFile, at: AddInput & { readonly to: Place }): Promise<Found> {
  const { path } = file;
  if (at.swept.has(path)) throw sweeping(path);
  const inspected = await at.files.inspect(path, kindOfFile(path, { to: at.to, ...at.terms }));
  const paths = pathsOf(inspected, { ...at, file, name: path });
  const { name, version } = inspected.meta;
  if (!paths.includes(path))
    throw rejected(`${path} is no path for ${name} ${version}, expected ${paths[0]}`);
  return { inspected, path, place: undefined };
}

async function fromInbox(file: InboxFile, at: AddInput & { readonly to: Place }): Promise<Found> {
  const { inspected, findPath, place } = await at.files.take(
    at.intent,
    file,
    kindOfFile(file.inbox, { to: at.to, ...at.terms }),
  );
  const paths = pathsOf(inspected, { ...at, file, name: file.inbox });
  const swept = paths.find((path) => at.swept.has(path));
  if (swept !== undefined) throw sweeping(swept);
  const path = await findPath(paths);
  return { inspected, path, place: () => place(path) };
}

/** Where the package may lie, the usual path first. @throws INTENT_REJECTED when it is not what the intent says */
function pathsOf(
  { format, meta, sizeBytes, sha256 }: InspectedPackage,
  at: {
    readonly terms: Terms;
    readonly to: Place;
    readonly file: PublicFile | InboxFile;
    readonly name: string;
  },
): readonly string[] {
  const {
    terms: { settings },
    to,
    file,
    name,
  } = at;
  if (format !== settings.format)
    throw rejected(`${name} is a ${format} package, the repository is ${settings.format}`);
  if (sha256 !== file.sha256 || sizeBytes !== file.sizeBytes)
    throw rejected(`${name} is not what was proposed`);
  const blocked = meta.lints.find(({ blocks }) => blocks);
  if (blocked !== undefined) throw rejected(`${name}: ${blocked.message}`);
  const { packagePath } = formatByName(format);
  return [false, true].map((apart) => packagePath(meta, { settings, ...to, sha256, apart }));
}
