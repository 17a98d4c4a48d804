/** `--propose-only`: for commands whose change can be left for somebody else to commit. */
import { PROPOSER_NAME } from '../config/names.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Proposing } from '../repository/repository.ts';
import type { CliContext } from './context.ts';
import { flag, type Input, textOption } from './inputs.ts';
import type { Palette } from './palette.ts';

/** To be among the inputs of the command. */
export const PROPOSE_INPUTS: {
  readonly proposeOnly: Input<boolean>;
  readonly as: Input<string | undefined>;
} = {
  proposeOnly: flag('only propose it, for a committer to take; needs no key'),
  as: textOption('name', 'who proposes: a proposer of pakhus.yaml (default: PAKHUS_PROPOSER)'),
};

/** Undefined: the change is to be made. @throws CLI_USAGE */
export function readProposing(
  context: CliContext,
  { proposeOnly, as }: { readonly proposeOnly: boolean; readonly as: string | undefined },
): Proposing | undefined {
  if (!proposeOnly) {
    if (as === undefined) return undefined;
    throw new PakhusError('CLI_USAGE', '--as says who proposes, and nothing is proposed', {
      hint: 'Add --propose-only.',
    });
  }
  const name = as ?? (context.env['PAKHUS_PROPOSER'] || undefined);
  if (name === undefined || PROPOSER_NAME.pattern.test(name)) return { as: name };
  throw new PakhusError('CLI_USAGE', `'${name}' is no name of a proposer: it must be ${PROPOSER_NAME.about}`);
}

/** What was proposed, and what to do next. */
export function proposedLines(
  { proposal, what }: { readonly proposal: string; readonly what: string },
  palette: Palette,
): string[] {
  return [
    palette.good(`Proposed ${what}: ${proposal}`),
    `${palette.faint('Outcome')}  ${palette.code(`pakhus wait ${proposal}`)}`,
  ];
}
