/** Watches the log grow: each record is what the one before allows, and its intents are replayed by the model. */
import { zstdDecompressSync } from 'node:zlib';
import type { LedgerRecord } from '../../../src/ledger/record.ts';
import { parseRecord } from '../../../src/ledger/record.ts';
import { decodeSaid } from '../../../src/ledger/signed-lines.ts';
import { parseActions } from '../../../src/repository/change/action-codec.ts';
import type { Action } from '../../../src/repository/change/actions.ts';
import { STATE, TREE } from '../world/open-repository.ts';
import { applyIntents, EMPTY, filesOf, type Identify, type ModelState } from './model.ts';
import type { Shadow } from './shadow.ts';

/** A pointer as a revision lists it. */
export interface ListedPointer {
  readonly path: string;
  readonly sha256: string;
  readonly since: number;
}

/** A revision as it should be. */
export interface ModelRevision {
  readonly record: LedgerRecord;
  readonly state: ModelState;
  /** By path. */
  readonly pointers: ReadonlyMap<string, ListedPointer>;
}

export interface LogChecker {
  /** By number, from 1 on. */
  readonly revisions: readonly (ModelRevision | undefined)[];
  tail(): ModelRevision | undefined;
  /** Its number; 0 when there is none. */
  newest(): number;
  /** An intent was written. */
  seeIntent(key: string): void;
  /** A record was written. @throws Error */
  seeRecord(key: string): void;
  /** How an intent ended; undefined: it is open. */
  settled(ref: string): { readonly rev: number; readonly rejected?: string } | undefined;
  /** Digests of the files that an intent adds. */
  added(ref: string): readonly string[];
  /** References of all intents that an author wrote. */
  intentsOf(author: string): readonly string[];
}

/** Rejections that a sound store gives: what was asked for was not possible any more. */
const JUST = [
  /already, with other bytes/,
  /is not in .* any more$/,
  /still holds packages/,
  /the repository has no channel/,
  /expired after 7 days/,
  /was collected/,
  /its id is more than 7 days older than its file/,
];
/** A file of whoever died or gave up, that nothing named yet, may be collected before somebody else gets to its proposal. */
const COLLECTED = /: (\S+\/pool\/\S+): no such object$/;

/** A clock is measured to a second, by a write of two seconds at most. */
const FUTURE_MS = 3000;

export function createLogChecker(
  shadow: Shadow,
  {
    identify,
    now,
    toleranceMs,
  }: { readonly identify: Identify; readonly now: () => number; readonly toleranceMs: number },
): LogChecker {
  const revisions: (ModelRevision | undefined)[] = [undefined];
  const actions = new Map<string, readonly Action[]>();
  const settled = new Map<string, { readonly rev: number; readonly rejected?: string }>();
  const tail = (): ModelRevision | undefined => revisions.at(-1);

  const checkNamed = (record: LedgerRecord, manifest: Manifest): void => {
    for (const { path, sha256, from } of manifest.pointers) {
      const key = 'blob' in from ? `${STATE}/${from.blob}` : `${TREE}/${from.tree}`;
      if (shadow.sha256(key) !== sha256)
        throw new Error(`revision ${record.rev}: ${path} has no source ${key}`);
    }
    for (const { ref } of manifest.content.catalog.runs)
      if (shadow.sha256(`${STATE}/${ref.key}`) !== ref.sha256)
        throw new Error(`revision ${record.rev}: no run ${ref.key}`);
  };

  /** Digests of intents. */
  const proposed = new Map<string, string>();
  const past = (rev: number): ModelState => {
    const revision = revisions[rev];
    if (revision === undefined) throw new Error(`there is no revision ${rev}`);
    return revision.state;
  };

  return {
    revisions,
    tail,
    newest: () => revisions.length - 1,
    seeIntent(key) {
      const [, who = '', id = ''] = /inbox\/([^/]+)\/([^/]+)\/intent\.json$/.exec(key) ?? [];
      const ref = `${who}/${id}`;
      const sha256 = shadow.sha256(key) ?? '';
      // What a bucket's driver tried twice may arrive twice, also when it was settled and deleted meanwhile.
      if (proposed.get(ref) === sha256) return;
      if (settled.has(ref) || proposed.has(ref)) throw new Error(`${ref} was proposed twice`);
      proposed.set(ref, sha256);
      const { value } = decodeSaid(shadow.bytes(key) ?? new Uint8Array());
      actions.set(ref, parseActions((value as { actions: unknown }).actions));
    },
    seeRecord(key) {
      const rev = Number(/(\d{10})\.json$/.exec(key)?.[1]);
      const before = tail();
      if (rev !== revisions.length)
        throw new Error(`revision ${rev} was written, the newest is ${revisions.length - 1}`);
      const { record } = parseRecord(shadow.bytes(key) ?? new Uint8Array(), { rev, name: key });
      if (before !== undefined && record.signedAtMs < before.record.signedAtMs + 1000)
        throw new Error(
          `revision ${rev} is dated ${record.signedAtMs}, the one before ${before.record.signedAtMs}`,
        );
      if (record.signedAtMs > now() + FUTURE_MS + toleranceMs)
        throw new Error(`revision ${rev} is dated ${record.signedAtMs - now()} ms ahead of the store`);
      const manifest = readManifest(shadow, record);
      checkNamed(record, manifest);
      const done: (readonly Action[])[] = [];
      for (const { ref, rejected } of record.settled) {
        if (settled.has(ref))
          throw new Error(`${ref} is settled twice: in ${settled.get(ref)?.rev} and ${rev}`);
        settled.set(ref, rejected === undefined ? { rev } : { rev, rejected });
        const known = actions.get(ref);
        if (known === undefined) throw new Error(`${ref} was settled and never proposed`);
        if (rejected === undefined) done.push(known);
        else if (!isJust(shadow, rejected)) throw new Error(`${ref} was rejected: ${rejected}`);
      }
      const pointers = new Map(manifest.pointers.map((one) => [one.path, one]));
      revisions.push({
        record,
        state: applyIntents(before?.state ?? EMPTY, done, { identify, past }),
        pointers,
      });
    },
    settled: (ref) => settled.get(ref),
    added: (ref) =>
      (actions.get(ref) ?? []).flatMap((one) =>
        one.type === 'add' ? [...filesOf(one)].map(({ sha256 }) => sha256) : [],
      ),
    intentsOf: (author) => [...actions.keys()].filter((ref) => ref.startsWith(`${author}/`)),
  };
}

/** As far as it is looked at here. */
interface Manifest {
  readonly pointers: readonly (ListedPointer & { readonly from: { blob: string } | { tree: string } })[];
  readonly content: {
    readonly catalog: {
      readonly runs: readonly { readonly ref: { readonly key: string; readonly sha256: string } }[];
    };
  };
}

function readManifest(shadow: Shadow, { manifest }: LedgerRecord): Manifest {
  const bytes = shadow.bytes(`${STATE}/${manifest.key}`);
  if (bytes === undefined) throw new Error(`no manifest ${manifest.key}`);
  return JSON.parse(zstdDecompressSync(bytes).toString('utf8'));
}

function isJust(shadow: Shadow, reason: string): boolean {
  const [, key] = COLLECTED.exec(reason) ?? [];
  return JUST.some((one) => one.test(reason)) || (key !== undefined && shadow.wasDeleted(key));
}
