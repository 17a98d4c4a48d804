/** `pakhus verify`. */
import { type Verification, verifyRepository } from '../../repository/verify.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';
import { formatNumberOf } from '../quantities.ts';

/** Exit code of a verification that found something. */
const VERIFICATION_FAILED = 12;

export const verify: Command = defineCommand({
  inputs: { repository: optionalArgument('one repository; left out: all of the store') },
  description:
    'Reads everything that is stored and compares it with the ledger, the signed log of all revisions. Changes nothing. ' +
    'Exit code 12 when something differs.',
  run: async (context, { repository: name }) => {
    const repositories = await forEachRepository(context, name, async ({ repository }) => ({
      repository: repository.name,
      ...(await verifyRepository(repository, useCase(context))),
    }));
    return { repositories };
  },
  exitCode: ({ repositories }) =>
    repositories.some(({ findings }) => findings.length > 0) ? VERIFICATION_FAILED : 0,
  render: ({ repositories }, { palette }) =>
    repositories.length === 0
      ? ['Nothing was published yet.']
      : repositories.flatMap(({ repository, findings, ...verification }) => [
          ...findings.flatMap(({ path, problem, remedy }) => [
            palette.bad(`${repository}: ${path}: ${problem}`),
            `  ${remedy}`,
          ]),
          palette.strong(repository) + checkedText(verification),
          findings.length === 0
            ? palette.good('All as the ledger says.')
            : palette.bad(`${formatNumberOf(findings.length, 'problem')}.`),
        ]),
});

function checkedText({ rev, checked }: Pick<Verification, 'rev' | 'checked'>): string {
  if (rev === null) return ': the newest revision cannot be read';
  const counts = [
    formatNumberOf(checked.records, 'record'),
    formatNumberOf(checked.blobs, 'blob'),
    formatNumberOf(checked.packages, 'package'),
    formatNumberOf(checked.indexes, 'index file'),
    formatNumberOf(checked.pointers, 'pointer'),
    formatNumberOf(checked.signatures, 'signature'),
  ];
  return ` revision ${rev}: ${counts.join(', ')} checked`;
}
