/**
 * From open intents to the next revision, everything but the record written: the edits are applied, touched indexes are
 * spliced, and every changed pointer is rendered and signed.
 */
import type { IndexEntry } from '../../catalog/catalog.ts';
import type { RunEdits } from '../../catalog/edit-runs.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Report } from '../../core/report-event.ts';
import type { Prepare, PrepareInput } from '../../ledger/make-revision.ts';
import type { Settlement } from '../../ledger/record.ts';
import { findRefusal } from '../gate/gate.ts';
import { pastOf } from '../history/past-revisions.ts';
import { inspectObject } from '../ingest/inspect-package.ts';
import type { InspectedPackage } from '../ingest/inspected.ts';
import { makePages } from '../pages/make-pages.ts';
import { filesInInbox } from '../proposals/files-in-inbox.ts';
import type { ProposedFiles } from '../proposals/proposed-files.ts';
import type { Repository } from '../repository.ts';
import type { PackageFiles } from './apply-add.ts';
import { type Applied, type ApplyInput, applyIntents } from './apply-intents.ts';
import { putBroughtFiles } from './brought-files.ts';
import { catalogLookup } from './catalog-lookup.ts';
import { companionsBetween, placeCompanions } from './companions.ts';
import { readContent, termsOf } from './content.ts';
import { copyPackage } from './copy-package.ts';
import { renderIndexes, renderPointers } from './render-revision.ts';
import { signPackages } from './sign-packages.ts';

export interface PrepareOptions {
  /** Files of the public folder that this process wrote, by path. */
  readonly own?: OwnFiles | undefined;
  /** Files that came with proposals. */
  readonly proposed: Pick<ProposedFiles, 'take' | 'ahead'>;
  /** An intent that passed the gate already, as the first change on top of a revision. */
  readonly passed?: { readonly ref: string; readonly rev: number } | undefined;
  readonly report: Report;
}

/** Files that need not be read again. */
export interface OwnFiles {
  readonly byPath: ReadonlyMap<string, InspectedPackage>;
  /** They were stored when this was the newest revision. Later ones may have collected what nothing named yet. */
  readonly since: number;
  /** Stores one again if it is not there any more. */
  restore(path: string): Promise<void>;
}

/** Prepares revisions of `repository`. @throws KEY_NOT_FOUND when a signer that the revision names is not here */
export function createPrepare(repository: Repository, options: PrepareOptions): Prepare {
  return async (input) => {
    const call = input.signal === undefined ? {} : { signal: input.signal };
    const { base } = input;
    const before = base === undefined ? undefined : readContent(base);
    const { own, proposed } = options;
    const inspect: PackageFiles['inspect'] = async (path, as) => {
      const known = own?.byPath.get(path);
      if (known === undefined) return inspectObject(repository.tree, path, { ...call, as });
      if (own?.since !== (base?.signed.record.rev ?? 0)) await own?.restore(path);
      return known;
    };
    const earlierTerms = base === undefined || before === undefined ? undefined : termsOf(base, before);
    const rules = { repository: repository.name, terms: earlierTerms };
    await proposed.ahead(input.intents.flatMap((intent) => filesInInbox(intent, rules)));
    const lookup = catalogLookup(repository.catalog, before?.catalog);
    const { terms, pins, resigned, settled, added, ...applied } = await applyToEdits({
      ...rules,
      pins: before?.pins ?? [],
      base: lookup,
      swept: input.swept,
      intents: input.intents,
      files: {
        inspect,
        take: proposed.take,
        copy: (record, paths) => copyPackage(repository, record, { paths, swept: input.swept, ...call }),
      },
      findRefusal: async (step, { ref, isFirst, settings }) => {
        const { passed, report } = options;
        const rev = base?.signed.record.rev ?? 0;
        if (isFirst && passed?.ref === ref && passed.rev === rev) return undefined;
        return findRefusal(repository, { step, settings }, { report, ...call });
      },
      past: pastOf(repository, base && before && { revision: base, content: before }, call),
      ...call,
    });
    if (settled.length === 0 && input.intents.length > 0) return undefined;
    if (terms === undefined) throw nothingMade(repository, settled);
    const { signedAtMs } = input;
    const toSign = { before: earlierTerms, terms, base: lookup, ...applied };
    const edits = await signPackages(repository, { ...toSign, signedAtMs, ...call });
    const work = { at: input, before, terms, edits, report: options.report };
    const rendered = await renderIndexes(repository, work);
    if (rendered.made.some((index) => namesSwept(index, input.swept))) return undefined;
    const { catalog: after, made, format } = rendered;
    const between = { format, before: before?.catalog, after, indexes: new Set(made), ...call };
    const companions = companionsBetween(repository, between);
    if (!(await placeCompanions(repository, companions, { swept: input.swept, ...call }))) return undefined;
    const { report } = options;
    const swept = input.swept;
    const pages = await makePages(repository, {
      ...{ at: input, swept, before, catalog: after, signers: terms.signers, report },
    });
    if (pages === undefined) return undefined;
    const kept = { pages, pins, foreign: before?.foreign ?? null };
    const next = await renderPointers(repository, { ...work, ...rendered, ...kept, resigned });
    const earlier = new Set(base?.manifest.pointers.map(({ path }) => path));
    if (next.pointers.some(({ path }) => input.swept.has(path) && !earlier.has(path))) return undefined;
    return {
      ...next,
      committers: terms.committers,
      proposers: terms.proposers,
      files: await putBroughtFiles(repository.ledger.blobs, added, call),
      settled,
      message: messageOf(input, settled),
    };
  };
}

/** The edits alone, so that what led to them is not kept while 60,000 packages are rendered. */
async function applyToEdits(
  input: ApplyInput,
): Promise<Omit<Applied, 'changes'> & { readonly edits: readonly RunEdits[] }> {
  const { changes, ...applied } = await applyIntents(input);
  return { ...applied, edits: changes.edits() };
}

/** A file of the index has a name that is being deleted. */
function namesSwept({ files }: IndexEntry, swept: ReadonlySet<string>): boolean {
  return files.some(({ from }) => from !== undefined && 'tree' in from && swept.has(from.tree));
}

/** What was done, and who proposed it without being a committer. */
function messageOf({ intents }: PrepareInput, settled: readonly Settlement[]): string {
  const done = new Set(settled.flatMap(({ ref, rejected }) => (rejected === undefined ? [ref] : [])));
  const messages = intents
    .filter(({ ref }) => done.has(ref))
    .map(({ message, who, proposer }) =>
      proposer === undefined ? message : `${message} (proposed by ${who})`,
    );
  const [first] = messages;
  if (first === undefined) return 'rejected proposals only';
  return messages.length === 1 ? first : `${messages.length} changes: ${messages.slice(0, 5).join('; ')}`;
}

function nothingMade(
  repository: Repository,
  settled: readonly { readonly rejected?: string }[],
): PakhusError {
  const why = settled.flatMap(({ rejected }) => rejected ?? []).join('; ');
  return new PakhusError('INTENT_REJECTED', `${repository.name} was not made: ${why}`, {
    hint: 'Correct what is named and run the command again.',
  });
}
