/** `pakhus publish`: the main job. */

import { parsePlace } from '../../config/place.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { refreshFront } from '../../repository/front/refresh-front.ts';
import {
  type PublishFilesResult,
  publishFiles,
  type RepositoryPublish,
} from '../../repository/publish-files.ts';
import type { Proposing } from '../../repository/repository.ts';
import type { Workspace } from '../../repository/workspace.ts';
import { keysFromEnvironment } from '../../signing/key-environment.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import type { CliContext } from '../context.ts';
import { ALLOW_UNINSTALLABLE, flag, manyArguments, textOption } from '../inputs.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';
import { PROPOSE_INPUTS, proposedLines, readProposing } from '../propose-inputs.ts';
import { formatNumberOf, formatSize } from '../quantities.ts';
import { readPathList } from '../read-path-list.ts';
import { renderTable } from '../table.ts';

/** More packages than this are counted, not listed. */
const LIST_LIMIT = 20;
/** Exit codes when files were refused with --keep-going: others were published, or there is nothing left. */
const PARTLY_DONE = 3;
const FAILED = 1;

export const publish: Command = defineCommand({
  inputs: {
    paths: manyArguments('package files, folders, patterns; - reads paths from standard input, one a line'),
    to: textOption(
      'place',
      'where to: repository/channel/component; what is left out takes the first one configured',
    ),
    init: flag('make the store, the repository and its keys when they do not exist'),
    keepGoing: flag('publish the good packages although others are refused (exit code 3)'),
    allowUninstallable: flag(ALLOW_UNINSTALLABLE),
    repack: flag(
      'publish packages that clients cannot read in a form that they can (.ipk in ar form; for wpkg: xz, no md5sums, long descriptions)',
    ),
    ...PROPOSE_INPUTS,
  },
  description:
    'Reads every package to its end, stores new ones and signs a new index, all or nothing. Many may publish at once. ' +
    'A package that is there already changes nothing; the same version with other bytes is refused. ' +
    'A component for plain files (opkg: `files:`) takes any file, in the place of the one that had its name.',
  examples: [
    ['pakhus publish dist/ --init', 'the first time: makes ./public and signing keys'],
    ['pakhus publish hello_1.0_amd64.deb --to tools/testing', 'one package into a channel'],
    [
      'pakhus publish dist/ --propose-only --as ci',
      'leaves them in the inbox of ci, for a committer to take',
    ],
  ],
  changes: true,
  run: async (context, { paths, to, init, keepGoing, allowUninstallable, repack, ...propose }) => {
    const proposing = readProposing(context, propose);
    if (proposing !== undefined && init) throw cannotPropose();
    const list = await readPathList(paths, () => context.stdin);
    const consent = proposing === undefined ? createConsent(context, init) : async () => false;
    const workspace = await openForPublish(context, { consent, proposing });
    const result = await publishFiles(
      workspace,
      {
        paths: list,
        cwd: context.cwd,
        to: to === undefined ? undefined : parsePlace(to),
        keepGoing,
        allowUninstallable,
        repack,
        dryRun: context.flags.dryRun,
        mayCreate: (name) =>
          consent(`There is no repository '${name}' yet. Make it, with a new signing key?`),
      },
      useCase(context, proposing),
    );
    if (!context.flags.dryRun && result.published.some(({ created }) => created))
      await refreshFront(workspace, useCase(context));
    return { dryRun: context.flags.dryRun, keys: await keysMade(context, result), ...result };
  },
  exitCode: ({ published, refused }) => {
    if (refused.length === 0) return 0;
    return published.some(({ packages }) => packages.length > 0) ? PARTLY_DONE : FAILED;
  },
  render: (result, view) => [
    ...result.published.flatMap((one) => publishedLines(one, { view, ...result })),
    ...refusedLines(result, view),
  ],
});

type Consent = (question: string) => Promise<boolean>;

/** Yes with --init, and after the first yes on a terminal; no where nobody can be asked. */
function createConsent(context: CliContext, init: boolean): Consent {
  let given = init;
  return async (question) => {
    given ||= (await context.ask?.(question)) ?? false;
    return given;
  };
}

function cannotPropose(): PakhusError {
  return new PakhusError('CLI_USAGE', 'a repository cannot be made by a proposal', {
    hint: 'Make it with `pakhus init` or with --init alone; propose to it afterwards.',
  });
}

/** @throws STORE_NOT_FOUND when the store does not exist and nobody wants it made */
async function openForPublish(
  context: CliContext,
  { consent, proposing }: { readonly consent: Consent; readonly proposing: Proposing | undefined },
): Promise<Workspace> {
  try {
    return await workspaceOf(context, { proposer: proposing?.as });
  } catch (error) {
    if (!hasCode(error, 'STORE_NOT_FOUND')) throw error;
    const { value: store } = (await context.config()).store;
    if (await consent(`There is no store at ${store} yet. Make it?`)) {
      return workspaceOf(context, { missing: context.flags.dryRun ? 'empty' : 'make' });
    }
    throw new PakhusError(error.code, error.message, {
      cause: error,
      hint: 'Run the command again with --init to make it, or check --store and pakhus.yaml.',
    });
  }
}

/** The folder in which keys of a new repository were made; null where all of them came from the environment. */
async function keysMade(context: CliContext, { published }: PublishFilesResult): Promise<string | null> {
  const { signing, ledger } = keysFromEnvironment(context.env);
  const isMade = !context.flags.dryRun && published.some(({ created }) => created);
  return isMade && (signing === undefined || ledger === undefined)
    ? (await context.config()).keys.value
    : null;
}

function publishedLines(
  one: RepositoryPublish,
  { view, dryRun, keys }: { readonly view: View; readonly dryRun: boolean; readonly keys: string | null },
): string[] {
  const { palette } = view;
  const place = `${one.repository}/${one.place.channel}/${one.place.component}`;
  const added = one.packages.filter(({ outcome }) => outcome === 'added' || outcome === 'proposed');
  const older = one.packages.filter(({ outcome }) => outcome === 'superseded');
  const noun = one.plain ? 'file' : 'package';
  const unchanged = one.packages.length - added.length - older.length;
  const rows = added
    .slice(0, LIST_LIMIT)
    .map((each) => [
      `  ${each.name}`,
      ...(one.plain ? [] : [each.version, each.architecture]),
      formatSize(each.sizeBytes),
    ]);
  const titles = (one.plain ? ['  File'] : ['  Package', 'Version', 'Architecture']).map((title) => ({
    title,
  }));
  const there = `${formatNumberOf(unchanged, noun)} ${unchanged === 1 ? 'was' : 'were'} there already`;
  const lines = renderTable([...titles, { title: 'Size', align: 'right' }], rows);
  if (added.length > LIST_LIMIT) lines.push(palette.faint(`  and ${added.length - LIST_LIMIT} more`));
  if (unchanged > 0)
    lines.push(added.length === 0 ? `Nothing new: ${there} in ${place}.` : palette.faint(`  ${there}`));
  for (const { name, version, architecture } of older.slice(0, LIST_LIMIT))
    lines.push(palette.faint(`  ${name} ${version} ${architecture} is older than what the index has`));
  if (older.length > LIST_LIMIT)
    lines.push(palette.faint(`  and ${older.length - LIST_LIMIT} more like that`));
  for (const { name, version, architecture } of one.dropped)
    lines.push(`  ${name} ${version} ${architecture} drops out of the index: newer ones stay`);
  if (one.proposal !== undefined) {
    const what = `${formatNumberOf(added.length, noun)} for ${place}`;
    lines.push(...proposedLines({ proposal: one.proposal, what }, palette));
  } else if (dryRun)
    lines.push(`Would publish ${formatNumberOf(added.length, noun)} to ${place}. Nothing was changed.`);
  else if (added.length > 0 || one.created) {
    lines.push(
      palette.good(`Published ${formatNumberOf(added.length, noun)} to ${place}, revision ${one.rev}.`),
    );
    lines.push(`${palette.faint('At')}       ${one.url ?? one.tree}`);
    lines.push(
      `${palette.faint('Clients')}  ${palette.code(`pakhus client ${one.repository}/${one.place.channel}`)}`,
    );
    if (one.created && keys !== null)
      lines.push(`${palette.faint('Keys')}     ${keys}; keep a copy of them in a safe place`);
  }
  return lines;
}

function refusedLines({ refused }: PublishFilesResult, { palette }: View): string[] {
  if (refused.length === 0) return [];
  return [
    palette.bad(`${formatNumberOf(refused.length, 'file')} refused:`),
    ...refused.map(({ error }) => `  ${error.message}`),
  ];
}
