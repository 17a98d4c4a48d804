/** Looking through a store: why each object is there, and which may go. Reads only. */
import { callOf } from '../../catalog/call-of.ts';
import { readOpenIntents } from '../../ledger/intents.ts';
import { readPublished } from '../../ledger/published.ts';
import { revOfRecord } from '../../ledger/record.ts';
import { readSettled, type SettledIntents } from '../../ledger/settled.ts';
import type { CallOptions, ObjectInfo } from '../../storage/storage.ts';
import { parseActions } from '../change/action-codec.ts';
import type { ReadRevision } from '../change/content.ts';
import { fileKinds } from '../file-kinds.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { classifyFile, classifyState } from './classify.ts';
import { readForeign } from './foreign.ts';
import { createInboxReader, type InboxFolder, mayRemove } from './inbox.ts';
import { visitKept } from './kept-revisions.ts';
import { createNameCollector } from './name-collector.ts';
import { staleSignatures } from './stale-signatures.ts';
import { createTally, type Share } from './tally.ts';

export interface Survey {
  /** By reason and kind; only those that there are. */
  readonly shares: readonly Share[];
  /** The first revision that keeps all that it names for its age. */
  readonly keptFrom: number;
  /** What may go: below the public folder, below the state folder, and of that the folders of proposals. */
  readonly files: readonly ObjectInfo[];
  readonly state: readonly ObjectInfo[];
  readonly proposals: readonly InboxFolder[];
  /** Fixed names that the newest revision calls gone, and that are gone. */
  readonly absent: readonly string[];
}

export interface SurveyInput {
  readonly tail: ReadRevision;
  readonly graceMs: number;
}

/** @throws LEDGER_*, STORE_* */
export async function surveyRepository(
  repository: Repository,
  { tail, graceMs }: SurveyInput,
  { report, signal }: UseCaseOptions,
): Promise<Survey> {
  const call = callOf({ signal });
  const { ledger, tree } = repository;
  const { manifest, signed } = tail.revision;
  const nowMs = ledger.time.now();
  const agedMs = nowMs - graceMs;
  const settled = await readSettled(ledger, manifest, call);
  const published = (await readPublished(ledger, call)) ?? { rev: 0, modifiedMs: nowMs };
  const tally = createTally();

  const proposals: InboxFolder[] = [];
  const inbox = createInboxReader((folder) => {
    const goes = mayRemove(folder, { nowMs, settled });
    if (goes) proposals.push(folder);
    tally.add({ kind: 'proposal', reason: goes ? 'collectable' : 'open' }, folder);
  });
  report({ type: 'progress', task: 'Listing the ledger' });
  const ledgerObjects: ObjectInfo[] = [];
  for await (const object of ledger.state.list('', call)) {
    if (!object.key.startsWith('inbox/')) ledgerObjects.push(object);
    else if (!inbox.add(object)) tally.add({ kind: 'other', reason: 'foreign' }, object);
  }
  inbox.end();

  const storedMs = new Map(ledgerObjects.map(({ key, modifiedMs }) => [revOfRecord(key) ?? 0, modifiedMs]));
  const rules = { nowMs, graceMs, published, wholeFrom: manifest.wholeFrom };
  const names = createNameCollector(repository);
  let visited = 0;
  const onRead = (read: ReadRevision): void => names.ahead(read, call);
  const keptFrom = await visitKept(repository, { tail, storedMs, rules, onRead, ...call }, async (kept) => {
    report({ type: 'progress', task: 'Reading revisions', done: ++visited });
    await names.add(kept, call);
  });

  const stateRules = { ...names.state, agedMs, rev: signed.record.rev };
  const state = ledgerObjects.filter((object) => tally.add(classifyState(object, stateRules), object));

  const gone = new Map(manifest.gone.map((one) => [one.path, one]));
  const absent = new Set(gone.keys());
  const kindOf = fileKinds(tail.content.catalog.settings.format);
  const open = { find: async (ref: string) => settled.get(ref) };
  const proposed = await proposedFiles(repository, { tail, settled: open }, call);
  const isForeign = await readForeign(ledger.blobs, tail.content.foreign, call);
  const stale = new Set(staleSignatures(manifest));
  const treeRules = { ...names.tree, agedMs, proposed, gone, stale, keptFrom, isForeign, kindOf };
  const files: ObjectInfo[] = [];
  let listed = 0;
  for await (const object of tree.list('', call)) {
    if (++listed % 1000 === 0) report({ type: 'progress', task: 'Listing files', done: listed });
    absent.delete(object.key);
    if (tally.add(classifyFile(object, treeRules), object)) files.push(object);
  }
  return { shares: tally.shares(), keptFrom, files, state, proposals, absent: [...absent] };
}

/** Files of the public folder that open proposals name: their proposers may be gone, and cannot put them back. */
async function proposedFiles(
  { ledger }: Repository,
  { tail, settled }: { readonly tail: ReadRevision; readonly settled: SettledIntents },
  call: CallOptions,
): Promise<ReadonlySet<string>> {
  const { intents } = await readOpenIntents(ledger, { speakers: tail.revision.manifest, settled, ...call });
  return new Set(
    intents.flatMap(({ actions }) => {
      try {
        return parseActions(actions).flatMap((action) =>
          'files' in action ? [...action.files].map(({ path }) => path) : [],
        );
      } catch (error) {
        // Whoever commits rejects it and says why.
        if (error instanceof TypeError) return [];
        throw error;
      }
    }),
  );
}
