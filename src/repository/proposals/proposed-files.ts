/**
 * Files of proposals, on the committer's side. The proposer can overwrite or delete what lies in its inbox at any moment, so
 * that is copied once and never looked at again:
 *
 * ```
 * inbox/<who>/<ulid>/<n>-<name> ─copy─▶ blob/<ulid>-<sha256> ─read─▶ metadata, digest ─copy─▶ pool/…
 *       the proposer writes                only committers write       the intent is good        nothing names it yet
 * ```
 * What was copied serves all attempts of a commit; the blobs go when it is over. After a crash they are left for collection.
 */
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { isSha256Hex } from '../../core/digest.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { proposedKey } from '../../ledger/inbox.ts';
import type { Intent } from '../../ledger/intents.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { InboxFile } from '../change/actions.ts';
import type { PackageFiles, TakenFile } from '../change/apply-add.ts';
import { rejected } from '../change/terms.ts';
import { inspectObject } from '../ingest/inspect-package.ts';
import type { FileKind, InspectedPackage } from '../ingest/inspected.ts';
import { holds, sizeAt } from '../ingest/store-package.ts';
import type { Repository } from '../repository.ts';

export interface ProposedFiles extends Pick<PackageFiles, 'take'> {
  /** In a bucket: copies and reads files that will be taken, several at a time. */
  ahead(wanted: readonly ProposedFile[]): Promise<void>;
  /** Deletes the copies. */
  discard(): Promise<void>;
}

/** A file and the intent that brings it. */
export interface ProposedFile {
  readonly intent: Intent;
  readonly file: InboxFile;
  readonly as: FileKind;
}

/** Files that are copied, read or deleted at once. */
const LANES = 8;

/** A copy that only committers can write to. */
interface Copy {
  readonly key: string;
  readonly inspected: InspectedPackage;
}

/** What went wrong with a file that somebody else is in charge of. */
const UNREADABLE = ['STORE_OBJECT_NOT_FOUND', 'STORE_PERMISSION', 'STORE_KEY_INVALID'] as const;

export function createProposedFiles(repository: Repository, call: CallOptions): ProposedFiles {
  const { tree, ledger } = repository;
  const { state } = ledger;
  const isFar = state.capabilities.metadata;
  const copies = new Map<string, Promise<Copy>>();
  const keys: string[] = [];
  /** What this process has written, by path: its digest. */
  const ours = new Map<string, string>();
  /** Paths that were free or had the right bytes a moment ago. */
  const seen = new Map<string, 'free' | 'same'>();

  const copy = async ({ intent, file, as }: ProposedFile): Promise<Copy> => {
    const from = keyOf(intent, file);
    const source = { from, file };
    if (!isFar || !isListed(intent, source)) await checkSource(repository, source, call);
    const key = `blob/${repository.newId()}-${file.sha256}`;
    keys.push(key);
    const { sizeBytes } = await state
      .copy(from, key, { ...call, ifAbsent: true, contentType: 'application/octet-stream' })
      .catch(async (error: unknown) => {
        if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) throw gone(file);
        await checkSource(repository, source, call);
        throw error;
      });
    if (sizeBytes !== file.sizeBytes) throw otherBytes(file, `${sizeBytes} bytes`);
    const inspected = await inspectObject(state, key, { ...call, name: file.inbox, as });
    if (inspected.sha256 !== file.sha256) throw otherBytes(file, `SHA-256 ${inspected.sha256}`);
    return { key, inspected };
  };

  const look = async (path: string, { inspected }: Copy): Promise<'free' | 'same' | 'other'> => {
    const { sizeBytes, sha256 } = inspected;
    const found = await sizeAt(tree, path, call);
    if (found === undefined) return 'free';
    if (found !== sizeBytes) return 'other';
    const own = ours.get(path);
    const isSame = own === undefined ? await holds(tree, { path, sizeBytes, sha256 }, call) : own === sha256;
    return isSame ? 'same' : 'other';
  };

  const copyOf = (wanted: ProposedFile): Promise<Copy> => {
    const { intent, file, as } = wanted;
    const kind = typeof as === 'string' ? as : as.meta.slot;
    const id = [intent.ref, file.inbox, file.sizeBytes, file.sha256, kind].join('\n');
    const one = copies.get(id) ?? copy(wanted);
    copies.set(id, one);
    // Another attempt may have more luck.
    one.catch(() => copies.delete(id));
    return one;
  };

  return {
    take: async (intent, file, as) => takenFile(await copyOf({ intent, file, as })),
    async ahead(wanted) {
      if (!isFar) return;
      const work = async (one: ProposedFile): Promise<void> => {
        // Whoever takes it is told why it cannot be had.
        await copyOf(one).catch(() => undefined);
      };
      for await (const _ of mapInOrder(wanted, { limit: LANES, signal: call.signal, work }));
    },
    async discard() {
      const work = (key: string): Promise<void> => state.delete(key);
      for await (const _ of mapInOrder(keys.splice(0), { limit: LANES, work }));
      copies.clear();
    },
  };

  function takenFile(one: Copy): TakenFile {
    return {
      inspected: one.inspected,
      async findPath(paths) {
        for (const path of paths) {
          const found = await look(path, one);
          if (found === 'other') continue;
          seen.set(path, found);
          return path;
        }
        throw rejected(`other files lie at ${paths.join(' and ')}`);
      },
      async place(path) {
        const found = seen.get(path);
        seen.delete(path);
        if ((found ?? (await look(path, one))) === 'same') return;
        try {
          await repository.publishBlob(one.key, path, call);
          ours.set(path, one.inspected.sha256);
        } catch (error) {
          if (!hasCode(error, 'STORE_CONFLICT') || (await look(path, one)) !== 'same') throw error;
        }
      },
    };
  }
}

/** @throws INTENT_REJECTED */
function keyOf(intent: Intent, { inbox, sha256 }: InboxFile): string {
  if (!isSha256Hex(sha256)) throw rejected(`${inbox.slice(0, 200)}: its digest is no SHA-256`);
  try {
    return proposedKey(intent, inbox);
  } catch (error) {
    if (error instanceof TypeError) throw rejected(error.message);
    throw error;
  }
}

/** A bucket has listed it a moment ago with this size; in a directory it may be unreadable all the same. */
function isListed(
  { objects }: Intent,
  { from, file }: { readonly from: string; readonly file: InboxFile },
): boolean {
  return objects?.find(({ key }) => key === from)?.sizeBytes === file.sizeBytes;
}

/** Whether there is something to copy: errors of the proposer's file are told from those of our own store. */
async function checkSource(
  { ledger: { state } }: Repository,
  { from, file }: { readonly from: string; readonly file: InboxFile },
  call: CallOptions,
): Promise<void> {
  try {
    const { info, body } = await state.read(from, { ...call, range: { offset: 0, length: 1 } });
    for await (const _ of body) break;
    if (info.sizeBytes !== file.sizeBytes) throw otherBytes(file, `${info.sizeBytes} bytes`);
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) throw gone(file);
    if (!hasCode(error, ...UNREADABLE)) throw error;
    throw new PakhusError('INTENT_REJECTED', `${file.inbox} cannot be read: ${error.message}`, {
      cause: error,
    });
  }
}

function gone({ inbox }: InboxFile): PakhusError {
  return rejected(`${inbox} is not there`);
}

function otherBytes({ inbox, sizeBytes, sha256 }: InboxFile, found: string): PakhusError {
  return rejected(
    `${inbox} is not what was proposed: ${sizeBytes} bytes, SHA-256 ${sha256} expected, ${found} found`,
  );
}
