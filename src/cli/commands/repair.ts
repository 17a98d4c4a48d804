/** `pakhus repair`. */
import { repairRepository } from '../../repository/repair.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';

export const repair: Command = defineCommand({
  inputs: { repository: optionalArgument('one repository; left out: all of the store') },
  description:
    'Brings clients to the newest revision where a publish was killed halfway, and puts damaged index files back. Needs no key. ' +
    'A damaged package file is put back by publishing that file again.',
  run: async (context, { repository: name }) => {
    const repositories = await forEachRepository(context, name, async ({ repository }) => ({
      repository: repository.name,
      ...(await repairRepository(repository, useCase(context))),
    }));
    return { repositories };
  },
  render: ({ repositories }, { palette }) =>
    repositories.flatMap(({ repository, rev, rendered, written }) => [
      ...rendered.map((path) => `  rendered again: ${path}`),
      ...written.map((path) => `  written: ${path}`),
      palette.good(
        `${repository}: clients see revision ${rev}${rendered.length + written.length === 0 ? '; there was nothing to mend' : ''}.`,
      ),
    ]),
});
