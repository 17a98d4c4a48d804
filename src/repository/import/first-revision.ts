/** The first revision of a repository that is taken over: committed without a proposal, for there is nobody yet to decide on one. */
import type { RunEdits } from '../../catalog/edit-catalog.ts';
import { putJson } from '../../catalog/json-blob.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { learnStoreTime } from '../../ledger/learn-time.ts';
import { dateOfNext, writeRevision } from '../../ledger/write-revision.ts';
import { firstWriter } from '../../ledger/writer.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { putBroughtFiles } from '../change/brought-files.ts';
import { renderIndexes, renderPointers } from '../change/render-revision.ts';
import { runId } from '../change/step.ts';
import { checkTerms, type Terms } from '../change/terms.ts';
import { NO_PAGES } from '../pages/make-pages.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import type { AdoptedPackage } from './check-files.ts';
import { refused } from './refusal.ts';

const SECOND_MS = 1000;
/** Clients refuse what is dated further ahead, and what is older than what they know. */
const FUTURE_LIMIT_MS = 10_000;

export interface FirstRevision {
  readonly terms: Terms;
  readonly packages: readonly AdoptedPackage[];
  /** See `Content.foreign`. */
  readonly foreign: readonly string[];
  /** The date that clients know; the new one is later. */
  readonly datedMs: number;
  readonly message: string;
}

/** Commits revision 1 and does not publish it. @throws IMPORT_REFUSED for a date in the future, LEDGER_CONFLICT when somebody else made the repository meanwhile, KEY_*, STORE_* */
export async function commitFirst(
  repository: Repository,
  { terms, packages, foreign, datedMs, message }: FirstRevision,
  { report, signal }: UseCaseOptions,
): Promise<void> {
  const { ledger } = repository;
  const call: CallOptions = signal === undefined ? {} : { signal };
  checkTerms(terms, { before: undefined, holdsPackages: () => false });
  await learnStoreTime(ledger, call);
  const early = datedMs + SECOND_MS - ledger.time.now();
  if (early > FUTURE_LIMIT_MS) throw ahead(repository, datedMs);
  if (early > 0) await ledger.clock.sleep(early, signal);
  const signedAtMs = dateOfNext(ledger, undefined);
  const at = { base: undefined, rev: 1, signedAtMs, ...call };
  const work = { at, before: undefined, terms, edits: editsOf(packages), report };
  const { made: _, ...rendered } = await renderIndexes(repository, work);
  const content = await renderPointers(repository, {
    ...{ ...work, ...rendered, pins: [], resigned: new Set<string>(), takesOver: true, pages: NO_PAGES },
    foreign: foreign.length === 0 ? null : await putJson(ledger.blobs, foreign, call),
  });
  const { committers, proposers } = terms;
  const manifest = {
    ...{ ...content, committers, proposers, gone: [], settled: [], sweep: null, wholeFrom: 1 },
    writer: firstWriter(ledger),
  };
  const files = await putBroughtFiles(
    ledger.blobs,
    packages.map(({ record }) => record),
    call,
  );
  const revision = { tail: undefined, manifest, files, signedAtMs, message, settled: [] };
  if (await writeRevision(ledger, revision, call)) return;
  throw new PakhusError(
    'LEDGER_CONFLICT',
    `${repository.name}: somebody else made the repository meanwhile`,
    {
      hint: 'Look at it with `pakhus log`.',
    },
  );
}

function ahead({ name }: Repository, datedMs: number): PakhusError {
  const dated = new Date(datedMs).toISOString();
  return refused(
    `${name}: a suite is dated ${dated}, which is ahead of the clock here; clients take nothing older`,
    {
      hint: 'Set the clock of this machine, or let the program that made the repository write it anew with a right clock.',
    },
  );
}

function editsOf(packages: readonly AdoptedPackage[]): readonly RunEdits[] {
  return [...Map.groupBy(packages, ({ run }) => runId(run)).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ run: first.run, put: group.map(({ record }) => record), drop: [] }];
  });
}
