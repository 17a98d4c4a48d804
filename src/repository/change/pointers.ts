/** Pointers as files: rendered bytes, signatures and what is made from indexes, kept as blobs until they are published. */
import { callOf } from '../../catalog/call-of.ts';
import type { CatalogChannel, IndexFile } from '../../catalog/catalog.ts';
import type { IndexFiles } from '../../catalog/index-files.ts';
import { sha256Hex } from '../../core/digest.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { ENCODING_SUFFIX, type PointerPlan } from '../../formats/format.ts';
import type { PrepareInput } from '../../ledger/make-revision.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { SignAll } from '../keys/keys.ts';
import type { Repository } from '../repository.ts';

/** Which revision it is. */
export type RevisionAt = Pick<PrepareInput, 'base' | 'rev' | 'signedAtMs' | 'signal'>;

/** The published files of a channel's indexes, by path. */
export function indexFilesOf(channel: Pick<CatalogChannel, 'indexes'>): ReadonlyMap<string, IndexFile> {
  return new Map(
    channel.indexes.flatMap(({ path, files }) =>
      files
        .filter(({ from }) => from !== undefined)
        .map((file) => [path + ENCODING_SUFFIX[file.encoding], file] as const),
    ),
  );
}

/** All bytes of an index file. @throws LEDGER_CORRUPT when it is missing or damaged */
export async function readIndexFile(
  files: IndexFiles,
  { from, sizeBytes, sha256 }: IndexFile,
  call: CallOptions = {},
): Promise<Uint8Array> {
  const bytes = from && (await files.read({ from, sha256 }, { ...call, offset: 0, length: sizeBytes }));
  if (bytes !== undefined && sha256Hex(bytes) === sha256) return bytes;
  const name = from === undefined ? 'an index file' : 'tree' in from ? from.tree : from.blob;
  throw new PakhusError('LEDGER_CORRUPT', `${name} is missing or has other bytes than the ledger says`, {
    hint: 'Run `pakhus repair`.',
  });
}

/** Signs and makes what the plans ask for and keeps all of it. @throws KEY_WEAK, SIGN_FAILED, LEDGER_CORRUPT */
export async function makePointers(
  repository: Repository,
  work: {
    readonly plans: readonly PointerPlan[];
    readonly sign: SignAll;
    readonly at: RevisionAt;
    readonly indexFiles: ReadonlyMap<string, IndexFile>;
    readonly files: IndexFiles;
    /** The pointer of the revision before, where it is known to be what would be made now. */
    readonly known: (plan: PointerPlan) => PointerEntry | undefined;
  },
): Promise<readonly PointerEntry[]> {
  const { plans, sign, at, indexFiles, files } = work;
  const rendered = new Map<string, Uint8Array>();
  for (const plan of plans) if ('bytes' in plan) rendered.set(plan.path, plan.bytes);
  // Neighbouring plans are made from the same file: one is in memory at a time.
  let last: { readonly path: string; readonly bytes: Uint8Array } | undefined;
  const bytesOf = async (path: string): Promise<Uint8Array> => {
    const own = rendered.get(path);
    if (own !== undefined) return own;
    if (last?.path !== path) {
      last = { path, bytes: await readIndexFile(files, fileOf(indexFiles, path), callOf(at)) };
    }
    return last.bytes;
  };
  const entries: PointerEntry[] = [];
  for (const plan of plans) {
    const { path, contentType } = plan;
    const known = work.known(plan);
    if (known !== undefined) entries.push(known);
    else if ('copy' in plan) {
      const { sizeBytes, sha256, from } = fileOf(indexFiles, plan.of);
      if (from === undefined) throw new Error(`${path} is a copy of what is kept nowhere`);
      entries.push({ path, sizeBytes, sha256, from, contentType, since: at.rev });
    } else {
      const bytes =
        'bytes' in plan
          ? plan.bytes
          : 'sign' in plan
            ? await sign(plan.sign, await bytesOf(plan.of))
            : plan.make(await bytesOf(plan.of));
      entries.push(await keepPointer(repository, { path, contentType, bytes, at }));
    }
  }
  return entries;
}

/**
 * The order in which pointers are written: each index file at its usual name, and right after it what is signed over it or made from
 * it, for nothing else protects clients from meeting two that do not fit; then the others, in their own order. Different index files
 * may be written at once, and so may the others of different channels.
 */
export function inWritingOrder(
  aliases: readonly PointerEntry[],
  own: readonly { readonly entry: PointerEntry; readonly of: string | undefined }[],
  channel: string,
): { readonly indexes: readonly PointerEntry[]; readonly others: readonly PointerEntry[] } {
  const paths = new Set(aliases.map(({ path }) => path));
  const followers = Map.groupBy(own, ({ of }) => (of !== undefined && paths.has(of) ? of : undefined));
  const entries = (of: string | undefined): readonly PointerEntry[] =>
    followers.get(of)?.map(({ entry }) => entry) ?? [];
  return {
    indexes: aliases.flatMap((alias) =>
      [alias, ...entries(alias.path)].map((entry) => ({ ...entry, phase: 0, lane: alias.path })),
    ),
    others: entries(undefined).map((entry) => ({ ...entry, phase: 1, lane: channel })),
  };
}

/** Keeps the bytes of a pointer. */
export async function keepPointer(
  repository: Repository,
  file: {
    readonly path: string;
    readonly contentType: string;
    readonly bytes: Uint8Array;
    readonly at: RevisionAt;
  },
): Promise<PointerEntry> {
  const { path, contentType, bytes, at } = file;
  const blob = await repository.ledger.blobs.put(bytes, callOf(at));
  return {
    path,
    sizeBytes: bytes.length,
    sha256: blob.sha256,
    from: { blob: blob.key },
    contentType,
    since: at.rev,
  };
}

function fileOf(indexFiles: ReadonlyMap<string, IndexFile>, path: string): IndexFile {
  const file = indexFiles.get(path);
  if (file === undefined) throw new Error(`${path} is neither a pointer nor a published file of an index`);
  return file;
}
