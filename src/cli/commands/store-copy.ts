/** `pakhus store copy`. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { type CopyResult, copyRepository } from '../../repository/copy/copy-repository.ts';
import { openTarget } from '../../repository/copy/open-target.ts';
import { copyFront } from '../../repository/front/refresh-front.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, flag, manyArguments, textOption } from '../inputs.ts';
import { repositoriesIn, useCase, workspaceOf } from '../open-workspace.ts';
import { formatNumberOf, formatSize } from '../quantities.ts';

export const storeCopy: Command = defineCommand({
  inputs: {
    to: argument('a folder, which is made, or a bucket: s3://bucket/prefix'),
    repositories: manyArguments('repositories; left out: all of the store', { none: true }),
    state: textOption('store', 'where the ledgers of the copy go (default: .pakhus inside it)'),
    publicOnly: flag('only what clients fetch, without ledgers: for a plain web server'),
  },
  description:
    'Brings another store to the newest revision of this one. Only what differs is copied, packages first and pointers last, so clients ' +
    'of the copy always see a whole repository, and a copy that was killed goes on when it is run again. The copy takes changes from ' +
    'here alone: one that has other revisions, or newer ones, is refused. Open proposals are not copied, and nothing is ever deleted there.',
  examples: [
    ['pakhus store copy s3://backup/packages', 'a second store, which can take over'],
    ['pakhus store copy /mnt/www --public-only', 'to a plain web server, through a mounted folder'],
    ['pakhus store copy ./public --store s3://packages/apt', 'the other way: from a bucket to a folder'],
  ],
  changes: true,
  run: async (context, { to, repositories: names, state, publicOnly }) => {
    if (publicOnly && state !== undefined)
      throw new PakhusError('CLI_USAGE', '--state says where ledgers go, and --public-only copies none');
    const { dryRun, singleWriter } = context.flags;
    const workspace = await workspaceOf(context);
    const { cwd, env, signal } = context;
    const target = await openTarget(workspace, {
      store: to,
      state,
      publicOnly,
      cwd,
      singleWriter,
      dryRun,
      env,
      signal,
    });
    const repositories: CopyResult[] = [];
    for (const repository of await repositoriesIn(workspace, names)) {
      const copied = await copyRepository(repository, target, { ...useCase(context), dryRun });
      if (copied !== undefined) repositories.push(copied);
    }
    if (names.length === 0 && !dryRun) await copyFront(workspace.store, target.store, useCase(context));
    return { to: target.store.name, dryRun, repositories };
  },
  render: ({ repositories, to, dryRun }, { palette }) =>
    repositories.length === 0
      ? ['Nothing was published yet.']
      : repositories.flatMap((one) => [
          dryRun ? dryLine(one, to) : palette.good(endLine(one, to)),
          ...(one.newerRev === undefined
            ? []
            : [
                palette.warning(
                  `  revision ${one.newerRev} came meanwhile; run it again to copy that as well`,
                ),
              ]),
        ]),
});

function endLine(one: CopyResult, to: string): string {
  return hasNothing(one)
    ? `${one.repository}: ${to} has revision ${one.rev} already.`
    : `${one.repository}: copied ${amount(one)} to ${to}, which is at revision ${one.rev} now.`;
}

function dryLine(one: CopyResult, to: string): string {
  return hasNothing(one)
    ? `${one.repository}: ${to} has revision ${one.rev} already.`
    : `${one.repository}: ${amount(one)} would be copied to ${to}. Nothing was changed.`;
}

function amount({ files, ledger, written }: CopyResult): string {
  const count = files.files + ledger.files + written.length;
  return `${formatNumberOf(count, 'file')}, ${formatSize(files.sizeBytes + ledger.sizeBytes)}`;
}

function hasNothing({ files, ledger, written }: CopyResult): boolean {
  return files.files + ledger.files + written.length === 0;
}
