/** `pakhus repair`. */

import { NO_FRONT } from '../../repository/front/place-front.ts';
import { makeFront, refreshFront } from '../../repository/front/refresh-front.ts';
import { type RepairResult, repairRepository } from '../../repository/verify/repair.ts';
import type { Workspace } from '../../repository/workspace.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';

export const repair: Command = defineCommand({
  inputs: { repository: optionalArgument('one repository; left out: all of the store') },
  description:
    'Brings clients to the newest revision where a publish was killed halfway, and puts damaged index files back. Needs no key. ' +
    'A damaged package file is put back by publishing that file again.',
  changes: true,
  run: async (context, { repository: name }) => {
    const { dryRun } = context.flags;
    let front = NO_FRONT;
    let opened: Workspace | undefined;
    const repositories = await forEachRepository(context, name, async ({ workspace, repository }) => {
      opened = workspace;
      const repaired = await repairRepository(repository, { ...useCase(context), dryRun });
      return { repository: repository.name, ...repaired };
    });
    if (opened !== undefined && repositories.length > 0)
      front = dryRun
        ? await makeFront(opened, { ...useCase(context), dryRun })
        : await refreshFront(opened, useCase(context));
    return { repositories, front: { written: front.written, deleted: front.deleted }, dryRun };
  },
  render: ({ repositories, front, dryRun }, { palette }) =>
    repositories.length === 0
      ? ['Nothing was published yet.']
      : [
          ...front.written.map((path) => `  written at the root of the store: ${path}`),
          ...front.deleted.map((path) => `  deleted at the root of the store: ${path}`),
          ...repositories.flatMap((one) => [
            ...one.rendered.map((path) => `  rendered again: ${path}`),
            ...one.restored.map((key) => `  copied back: ${key}`),
            ...one.written.map((path) => `  written: ${path}`),
            ...(dryRun ? [dryLine(one)] : [palette.good(endLine(one))]),
          ]),
        ],
});

type Repaired = RepairResult & { readonly repository: string };

function endLine(one: Repaired): string {
  const end = isSound(one) ? '; there was nothing to mend' : '';
  return `${one.repository}: clients see revision ${one.rev}${end}.`;
}

function dryLine(one: Repaired): string {
  return isSound(one)
    ? `${one.repository}: there is nothing to mend.`
    : `${one.repository}: the above would be done. Nothing was changed.`;
}

function isSound({ rendered, restored, written }: RepairResult): boolean {
  return rendered.length + restored.length + written.length === 0;
}
