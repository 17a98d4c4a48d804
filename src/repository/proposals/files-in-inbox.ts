/** What a commit will want of an inbox, known before it decides on anything. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Intent } from '../../ledger/intents.ts';
import { parseActions } from '../change/action-codec.ts';
import { kindOfFile } from '../change/plain-file.ts';
import type { Terms } from '../change/terms.ts';
import { checkProposal } from './proposal-rules.ts';
import type { ProposedFile } from './proposed-files.ts';

/** Files that an intent brings when it keeps the rules; of any other one nothing is looked at. */
export function filesInInbox(
  intent: Intent,
  rules: { readonly repository: string; readonly terms: Terms | undefined },
): readonly ProposedFile[] {
  try {
    const actions = parseActions(intent.actions);
    checkProposal(intent.proposer, actions, rules);
    return actions.flatMap((action) =>
      action.type === 'add' && 'inbox' in action
        ? [...action.inbox].flatMap((file) => {
            const { terms } = rules;
            if (terms === undefined) return [];
            return [{ intent, file, as: kindOfFile(file.inbox, { to: action.to, ...terms }) }];
          })
        : [],
    );
  } catch (error) {
    // Whoever applies it meets the same error, and says why.
    if (error instanceof TypeError || error instanceof PakhusError) return [];
    throw error;
  }
}
