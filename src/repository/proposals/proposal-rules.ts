/** What a proposal may ask for. One thing that it may not makes all of it void. */
import { matchesAll, matchesPlace } from '../../config/proposers.ts';
import type { Proposer } from '../../ledger/manifest.ts';
import type { Action, Filter, InboxFile } from '../change/actions.ts';
import { rejected, type Terms } from '../change/terms.ts';

/** Everybody who commits waits until the files of a proposal are copied and read. */
export const PROPOSED_FILES = 1000;
export const PROPOSED_FILE_BYTES: number = 4 * 1024 ** 3;
export const PROPOSED_BYTES: number = 16 * 1024 ** 3;
const IN_PARTS = 'Propose them in parts.';

/** Where an action is looked at. */
interface Rules {
  /** The repository's name. */
  readonly repository: string;
  /** Undefined before revision 1. */
  readonly terms: Terms | undefined;
}

/** @param proposer Undefined: a committer, who may ask for anything. @throws INTENT_REJECTED */
export function checkProposal(
  proposer: Proposer | undefined,
  actions: readonly Action[],
  rules: Rules,
): void {
  checkFiles(actions.flatMap((action) => ('inbox' in action ? [...action.inbox] : [])));
  if (proposer !== undefined) for (const action of actions) checkAction(proposer, action, rules);
}

/** @throws INTENT_REJECTED */
export function checkFiles(files: readonly Omit<InboxFile, 'sha256'>[]): void {
  if (files.length > PROPOSED_FILES)
    throw rejected(`it has ${files.length} files, and a proposal has ${PROPOSED_FILES} at most`, IN_PARTS);
  let total = 0;
  for (const { inbox, sizeBytes } of files) {
    if (sizeBytes < 1 || sizeBytes > PROPOSED_FILE_BYTES)
      throw rejected(
        `${inbox} has ${sizeBytes} bytes, and a proposed file has ${PROPOSED_FILE_BYTES} at most`,
        'Let a committer publish it.',
      );
    total += sizeBytes;
  }
  if (total > PROPOSED_BYTES)
    throw rejected(
      `its files have ${total} bytes, and those of a proposal have ${PROPOSED_BYTES} at most`,
      IN_PARTS,
    );
}

function checkAction(proposer: Proposer, action: Action, rules: Rules): void {
  const { name } = proposer;
  if (!proposer.actions.includes(action.type))
    throw rejected(
      `the proposer '${name}' may not ask for '${action.type}', only for ${proposer.actions.join(', ')}`,
    );
  switch (action.type) {
    case 'add':
      if ('files' in action) {
        const [file] = action.files;
        throw rejected(`only a committer may name a file of the public folder: ${file?.path}`);
      }
      checkWhere(proposer, action.to, rules);
      return;
    case 'remove':
      checkWhere(proposer, action.from, rules);
      return;
    case 'promote':
      // From anywhere: what lies in the repository was accepted there.
      checkWhere(proposer, action.to, rules);
      return;
    case 'rollback':
      checkWhere(proposer, action.place, rules);
      return;
    case 'settings':
      checkSettings(proposer, action, rules);
      return;
    default:
      throw rejected(`only a committer may ask for '${action.type}'`);
  }
}

/** A part of a place that is left out means all, so only a pattern for all has it in it. */
function checkWhere(proposer: Proposer, { channel, component }: Filter, { repository }: Rules): void {
  const place = { repository, channel: channel ?? '*', component: component ?? '*' };
  if (proposer.to.some((pattern) => matchesPlace(pattern, place))) return;
  const where = [repository, channel, component].filter((part) => part !== undefined).join('/');
  throw rejected(`the proposer '${proposer.name}' may not change ${where}, only ${proposer.to.join(', ')}`);
}

/** Settings are the whole repository's; who signs, commits and proposes is never a proposer's to say. */
function checkSettings(
  proposer: Proposer,
  action: Extract<Action, { type: 'settings' }>,
  { repository, terms }: Rules,
): void {
  if (action.create) throw rejected('only a committer may make a repository');
  if (!proposer.to.some((pattern) => matchesAll(pattern, repository)))
    throw rejected(`the proposer '${proposer.name}' may not change the settings of all of ${repository}`);
  const people = ['signers', 'committers', 'proposers'] as const;
  const changed = people.find((what) => JSON.stringify(action[what]) !== JSON.stringify(terms?.[what]));
  if (changed !== undefined) throw rejected(`only a committer may change the ${changed} of a repository`);
}
