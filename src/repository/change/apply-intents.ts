/** Applies open intents to a base revision, one after the other; a bad one is rejected with its reason, the others go on. */
import { isIn } from '../../catalog/catalog.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { PackagePlace, PackageRecord, RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { Intent } from '../../ledger/intents.ts';
import type { Settlement } from '../../ledger/record.ts';
import type { Past } from '../history/past-revisions.ts';
import { type Pin, withoutPin, withPin } from '../history/pins.ts';
import { checkProposal } from '../proposals/proposal-rules.ts';
import { parseActions } from './action-codec.ts';
import type { Action } from './actions.ts';
import { type AddedPackage, applyAdd, type PackageFiles } from './apply-add.ts';
import { restorePlace } from './apply-rollback.ts';
import { type BaseLookup, type Changes, createChanges, type SlottedPackage } from './changes.ts';
import { dropOldVersions } from './keep.ts';
import { checkSlot } from './plain-file.ts';
import type { Step } from './step.ts';
import { checkPlace, checkTerms, rejected, type Terms } from './terms.ts';

export interface ApplyInput {
  /** The repository's name. */
  readonly repository: string;
  /** Undefined for revision 1. */
  readonly terms: Terms | undefined;
  readonly pins: readonly Pin[];
  readonly base: BaseLookup;
  /** Paths that are being deleted: an intent that needs one of them stays open. */
  readonly swept: ReadonlySet<string>;
  readonly intents: readonly Intent[];
  /** The base and the revisions before it. */
  readonly past: Past;
  readonly files: PackageFiles;
  /** Why the change of an intent cannot be: it makes packages uninstallable. `isFirst`: none was accepted before it. */
  readonly findRefusal: (
    step: Step,
    of: { readonly ref: string; readonly isFirst: boolean; readonly settings: RepositorySettings },
  ) => Promise<PakhusError | undefined>;
  readonly signal?: AbortSignal;
}

export interface Applied {
  /** Undefined when the repository still does not exist. */
  readonly terms: Terms | undefined;
  readonly pins: readonly Pin[];
  readonly changes: Changes;
  /** One per intent, but none for those that stay open. */
  readonly settled: readonly Settlement[];
  /** Files that the revision brings. */
  readonly added: readonly PackageRecord[];
  /** Channels to be signed anew in any case. */
  readonly resigned: ReadonlySet<string>;
}

/** Errors that make an intent bad; anything else is no fault of the intent and ends the commit. */
const REJECTING = new Set<string>([
  'ARCHIVE_CORRUPT',
  'ARCHIVE_TOO_LARGE',
  'ARCHIVE_TRUNCATED',
  'ARCHIVE_UNSAFE_PATH',
  'INTENT_REJECTED',
  'PACKAGE_CONFLICT',
  'PACKAGE_INVALID',
  'PACKAGE_NOT_FOUND',
  'PACKAGE_UNINSTALLABLE',
  'PACKAGE_UNKNOWN_FORMAT',
  'PLACE_NOT_FOUND',
  'REVISION_COLLECTED',
  'REVISION_NOT_FOUND',
  'SETTINGS_INVALID',
  'STORE_KEY_INVALID',
  'STORE_OBJECT_NOT_FOUND',
]);

/** The intent stays open: what it needs is being deleted, or somebody puts other bytes there at this moment. */
const POSTPONING = ['LEDGER_SWEEPING', 'STORE_CONFLICT'] as const;

export async function applyIntents(input: ApplyInput): Promise<Applied> {
  const changes = createChanges(input.base, input.swept);
  const settled: Settlement[] = [];
  const added: PackageRecord[] = [];
  const resigned = new Set<string>();
  let { terms, pins } = input;
  for (const intent of input.intents) {
    input.signal?.throwIfAborted();
    try {
      const isFirst = settled.every(({ rejected: why }) => why !== undefined);
      const start = { terms, pins, changes, input, isFirst };
      const done = await changes.whole(() => applyIntent(intent, start));
      ({ terms, pins } = done);
      for (const { record } of done.added) added.push(record);
      for (const channel of done.resigned) resigned.add(channel);
      settled.push({ ref: intent.ref });
    } catch (error) {
      if (hasCode(error, ...POSTPONING)) continue;
      if (!(error instanceof PakhusError) || !REJECTING.has(error.code)) throw error;
      settled.push({ ref: intent.ref, rejected: error.message });
    }
  }
  if (terms !== undefined) {
    const { settings } = terms;
    await dropOldVersions(changes, { format: formatByName(settings.format), settings });
  }
  return { terms, pins, changes, settled, added, resigned };
}

interface Progress {
  readonly terms: Terms | undefined;
  readonly pins: readonly Pin[];
  readonly changes: Changes;
  readonly input: ApplyInput;
}

interface Done extends Pick<Applied, 'terms' | 'pins'> {
  readonly added: readonly AddedPackage[];
  readonly resigned: readonly string[];
}

/** Proposed files come into the public folder when nothing else can be wrong with the intent. */
async function applyIntent(intent: Intent, start: Progress & { readonly isFirst: boolean }): Promise<Done> {
  const actions = readActions(intent);
  checkProposal(intent.proposer, actions, { repository: start.input.repository, terms: start.terms });
  const done = await applyActions(actions, { ...start, intent });
  const settings = done.terms?.settings;
  if (settings !== undefined && !actions.some(({ type }) => type === 'allowUninstallable')) {
    const { ref } = intent;
    const of = { ref, isFirst: start.isFirst, settings };
    const refusal = await start.input.findRefusal(start.changes.step(), of);
    if (refusal !== undefined) throw refusal;
  }
  for (const { place } of done.added) await place?.();
  return done;
}

async function applyActions(
  actions: readonly Action[],
  start: Progress & { readonly intent: Intent },
): Promise<Done> {
  const added: AddedPackage[] = [];
  const resigned: string[] = [];
  let { terms, pins } = start;
  for (const action of actions) {
    if (action.type === 'settings') {
      terms = applySettings(action, { ...start, terms });
      continue;
    }
    if (terms === undefined)
      throw rejected('the repository does not exist yet, and the intent does not make it');
    if (action.type === 'add') added.push(...(await applyAdd(action, { ...start.input, ...start, terms })));
    else if (action.type === 'remove') await start.changes.remove(action.from, action.package);
    else if (action.type === 'promote') await applyPromote(action, { ...start, terms });
    else if (action.type === 'rollback') await applyRollback(action, { ...start, terms });
    else if (action.type === 'resign') {
      for (const channel of action.channels) checkPlace(terms.settings, { channel });
      resigned.push(...action.channels);
    } else if (action.type !== 'allowUninstallable') pins = await applyPin(action, { ...start, terms, pins });
  }
  return { terms, pins, added, resigned };
}

function applySettings(
  action: Extract<Action, { type: 'settings' }>,
  { terms, changes, input }: Progress,
): Terms {
  if (action.create && terms !== undefined) return terms;
  if (!action.create && terms === undefined) throw rejected('the repository does not exist yet');
  const { settings, signers, committers, proposers } = action;
  const after = { settings, signers, committers, proposers };
  checkTerms(after, {
    before: terms,
    holdsPackages: (place) => input.base.runs().some((run) => isIn(run, place)) || changes.puts(place),
  });
  return after;
}

interface Ready extends Progress {
  readonly terms: Terms;
}

async function applyPromote(
  action: Extract<Action, { type: 'promote' }>,
  { terms, changes, input }: Ready,
): Promise<void> {
  const { settings } = terms;
  checkPlace(settings, action.to);
  const { name, version, architecture } = action.package;
  const found = await changes.lookUp(action.from, action.package);
  if (found === undefined || found.record.sha256 !== action.sha256) {
    const where = `${action.from.channel}/${action.from.component}`;
    throw new PakhusError(
      'PACKAGE_NOT_FOUND',
      `${name} ${version} ${architecture} is not in ${where} any more`,
    );
  }
  const { record, slot } = found;
  checkSlot({ name, slot }, { settings, to: action.to });
  const there = await changes.lookUp(action.to, action.package);
  const paths = there?.record.sha256 === record.sha256 ? [] : ownPaths(found, { settings, ...action.to });
  const isFine = paths.length === 0 || paths.includes(record.path);
  const moved = isFine ? record : { ...record, path: await input.files.copy(record, paths) };
  await changes.add({ ...action.to, slot }, moved);
}

/** Where a package lies in a place whose clients find it beside the index only; none: they find it anywhere. */
function ownPaths(
  { record, slot }: SlottedPackage,
  place: Pick<PackagePlace, 'settings' | 'channel' | 'component'>,
): readonly string[] {
  const format = formatByName(place.settings.format);
  if (format.companions === undefined) return [];
  const { sha256 } = record;
  return [false, true].map((apart) =>
    format.packagePath({ ...record, slot, lints: [] }, { ...place, sha256, apart }),
  );
}

async function applyRollback(
  { place, to }: Extract<Action, { type: 'rollback' }>,
  { terms: { settings }, changes, input }: Ready,
): Promise<void> {
  checkPlace(settings, place);
  const past = await input.past.open(to);
  await restorePlace({ ...input, where: place, past, settings, changes, fileSize: input.past.fileSize });
}

async function applyPin(
  { type, pin }: Extract<Action, { type: 'pin' | 'unpin' }>,
  { pins, input }: Ready,
): Promise<readonly Pin[]> {
  if (type === 'unpin') return withoutPin(pins, pin);
  await input.past.open(pin.rev);
  return withPin(pins, pin);
}

function readActions(intent: Intent): readonly Action[] {
  try {
    return parseActions(intent.actions);
  } catch (error) {
    if (error instanceof TypeError) throw rejected(`it cannot be read: ${error.message}`);
    throw error;
  }
}
