/** `pakhus verify`. */
import { type Verification, verifyRepository } from '../../repository/verify.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { openAll, useCase } from '../open-workspace.ts';
import { formatCount, formatNumberOf } from '../quantities.ts';

/** Exit code of a verification that found something. */
const VERIFICATION_FAILED = 12;

export const verify: Command = defineCommand({
  inputs: { repository: optionalArgument('one repository; left out: all of the store') },
  description:
    'Reads everything that is stored and compares it with the ledger, the signed log of all revisions. Changes nothing. ' +
    'Exit code 12 when something differs.',
  run: async (context, { repository: name }) => {
    const repositories: (Verification & { readonly repository: string })[] = [];
    for (const { repository } of await openAll(context, name)) {
      repositories.push({
        repository: repository.name,
        ...(await verifyRepository(repository, useCase(context))),
      });
    }
    return { repositories };
  },
  exitCode: ({ repositories }) =>
    repositories.some(({ findings }) => findings.length > 0) ? VERIFICATION_FAILED : 0,
  render: ({ repositories }, { palette }) =>
    repositories.flatMap(({ repository, rev, checked, findings }) => [
      ...findings.flatMap(({ path, problem, remedy }) => [
        palette.bad(`${repository}: ${path}: ${problem}`),
        `  ${remedy}`,
      ]),
      `${palette.strong(repository)} revision ${rev}: ${formatNumberOf(checked.records, 'record')}, ${formatNumberOf(checked.packages, 'package')}, ${formatNumberOf(checked.indexes, 'index file')}, ${formatNumberOf(checked.pointers, 'pointer')}, ${formatCount(checked.signatures)} signatures checked`,
      findings.length === 0
        ? palette.good('All as the ledger says.')
        : palette.bad(`${formatNumberOf(findings.length, 'problem')}.`),
    ]),
});
