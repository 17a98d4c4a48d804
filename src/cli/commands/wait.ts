/** `pakhus wait`. */
import {
  type ProposalOutcome,
  parseProposal,
  waitForProposal,
} from '../../repository/proposals/wait-proposal.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, durationOption, optionalArgument } from '../inputs.ts';
import { repositoriesOf, useCase } from '../open-workspace.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;
/** Exit code by outcome. */
const EXIT: Readonly<Record<ProposalOutcome['outcome'], number>> = {
  published: 0,
  rejected: 1,
  expired: 1,
  committed: 3,
  open: 3,
};

export const wait: Command = defineCommand({
  inputs: {
    proposal: argument('NAME/ID, as --propose-only prints it'),
    repository: optionalArgument('where to look; left out: in all of the store'),
    timeout: durationOption('time', 'how long to wait: 30s, 10m, 2h (default: 10m)'),
  },
  description:
    'Ends when clients see what was proposed (0), when it was refused or has expired (1, with the reason), or when it is still ' +
    'open at the end of the time (3). Needs no key.',
  examples: [['pakhus wait ci/01k3v9c2m4x8n6p7q5r1s0t2w3 --timeout 30m', 'the end of a CI job']],
  run: async (context, { proposal: text, repository: name, timeout }) => {
    const proposal = parseProposal(text);
    const repositories = await repositoriesOf(context, {
      names: name === undefined ? [] : [name],
      proposer: proposal.who.includes('@') ? undefined : proposal.who,
    });
    const work = { proposal, timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS, clock: context.clock };
    return waitForProposal(repositories, work, useCase(context));
  },
  exitCode: ({ outcome }) => EXIT[outcome],
  render: ({ proposal, repository, outcome, rev, reason }, { palette }) => {
    const name = `${repository}: ${proposal}`;
    switch (outcome) {
      case 'published':
        return [palette.good(`${name} is published, revision ${rev}.`)];
      case 'committed':
        return [
          palette.warning(`${name} is committed, revision ${rev}, but clients do not see all of it yet.`),
        ];
      case 'rejected':
        return [palette.bad(`${name} was refused in revision ${rev}: ${reason}`)];
      case 'expired':
        return [palette.bad(`${name} expired: nobody committed it within 7 days.`)];
      case 'open':
        return [palette.warning(`${name} is still open: nobody has committed it yet.`)];
    }
  },
});
