/** `pakhus status`. */
import { readStorage } from '../../repository/collect/read-storage.ts';
import type { Share } from '../../repository/collect/tally.ts';
import { describePin } from '../../repository/history/pins.ts';
import { type ChannelStatus, type RepositoryStatus, readStatus } from '../../repository/status.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import { flag, optionalArgument } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';
import { formatAge, formatDate, formatNumberOf } from '../quantities.ts';
import { storageLines } from '../storage-lines.ts';
import { renderTable } from '../table.ts';

/** More proposals than this are counted, not listed. */
const PROPOSAL_LIMIT = 20;
const EXPIRY_WARNING_MS = 2 * 24 * 3_600_000;

export const status: Command = defineCommand({
  inputs: {
    repository: optionalArgument('one repository; left out: all of the store'),
    brief: flag('without what lies in the store and why, which takes a while where there is much'),
  },
  run: async (context, { repository: name, brief }) => {
    const repositories: Standing[] = [];
    const empty: string[] = [];
    await forEachRepository(context, name, async ({ repository }) => {
      const found = await readStatus(repository, { signal: context.signal });
      if (found === undefined) empty.push(repository.name);
      else
        repositories.push({
          ...found,
          storage: brief ? null : await readStorage(repository, useCase(context)),
        });
    });
    return { repositories, empty };
  },
  render: ({ repositories, empty }, view) => [
    ...repositories.flatMap((one) => repositoryLines(one, view)),
    ...empty.map((name) => `${view.palette.strong(name)}  nothing published yet`),
    ...(repositories.length + empty.length === 0
      ? ['No repositories. `pakhus publish PATH --init` makes the first one.']
      : []),
  ],
});

interface Standing extends RepositoryStatus {
  /** What lies in the store; null when nobody asked, or when a damaged ledger does not tell. */
  readonly storage: readonly Share[] | null;
}

function repositoryLines(one: Standing, { palette, nowMs }: View): string[] {
  const isCurrent = one.stale.length === 0 && one.publishedRev === one.rev;
  return [
    `${palette.strong(one.name)}  ${one.format}, revision ${one.rev}, ${formatDate(one.dateMs)} by ${one.author}`,
    `  at ${one.url ?? one.tree}`,
    ...one.channels.flatMap((channel) => [
      ...channel.components.map(
        (component) =>
          `  ${channel.name}/${component.name}  ${formatNumberOf(component.packages, 'package')}`,
      ),
      ...validityLines(channel, { palette, nowMs }),
    ]),
    ...one.signers.flatMap(({ fingerprint, stage, warnings }) => [
      palette.faint(
        `  ${stage === 'announced' ? 'announced key' : 'signed by'} ${fingerprint}${stage === 'retiring' ? ', retiring' : ''}`,
      ),
      ...warnings.map((message) => palette.warning(`  ${message}`)),
    ]),
    ...(one.pins.length > 0 ? [`  pinned: ${one.pins.map(describePin).join(', ')}`] : []),
    ...proposalLines(one, { palette, nowMs }),
    ...storageLines(one.storage ?? []),
    isCurrent
      ? palette.good('  clients see the newest revision')
      : palette.bad(
          `  clients do not see all of the newest revision (${formatNumberOf(one.stale.length, 'file')}); run \`pakhus repair\``,
        ),
  ];
}

function proposalLines(
  { name, proposals }: RepositoryStatus,
  { palette, nowMs }: Pick<View, 'palette' | 'nowMs'>,
): string[] {
  if (proposals.length === 0) return [];
  const rows = proposals.slice(0, PROPOSAL_LIMIT).map((one) => {
    const left = one.expiresMs - nowMs;
    const age = `${formatAge(nowMs - one.proposedMs)} ago`;
    return [
      `    ${one.proposal}`,
      left < EXPIRY_WARNING_MS && left > 0 ? `${age}, expires in ${formatAge(left)}` : age,
      one.problem === undefined ? (one.message ?? '') : palette.bad(`will be refused: ${one.problem}`),
    ];
  });
  const count = formatNumberOf(proposals.length, 'proposal');
  const more = proposals.length - rows.length;
  return [
    palette.warning(
      `  ${count} not committed yet; \`pakhus commit ${name}\` takes ${proposals.length === 1 ? 'it' : 'them'}`,
    ),
    ...renderTable([{ title: '' }, { title: '' }, { title: '' }], rows).slice(1),
    ...(more > 0 ? [palette.faint(`    and ${more} more`)] : []),
  ];
}

/** Half of the time is when `pakhus resign` would sign again. */
function validityLines(
  { name, dateMs, validUntilMs }: ChannelStatus,
  { palette, nowMs }: Pick<View, 'palette' | 'nowMs'>,
): string[] {
  if (validUntilMs === undefined) return [];
  if (validUntilMs <= nowMs)
    return [palette.bad(`  ${name} expired ${formatDate(validUntilMs)}; run \`pakhus resign\``)];
  const line = `  ${name} is valid until ${formatDate(validUntilMs)}`;
  return nowMs < (dateMs + validUntilMs) / 2
    ? [palette.faint(line)]
    : [palette.warning(`${line}; run \`pakhus resign\``)];
}
