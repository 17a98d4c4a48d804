/** `pakhus show`. */
import { type PartialPlace, splitRevision } from '../../config/place.ts';
import type { LogEntry } from '../../repository/history/history.ts';
import { originsOf } from '../../repository/history/origins.ts';
import { openAt } from '../../repository/history/past-revisions.ts';
import { type RevisionDetails, readRevisionDetails } from '../../repository/history/revision-details.ts';
import { findPackages, type ShownPackage, showPackage } from '../../repository/list-packages.ts';
import { notThere, parseWanted } from '../../repository/remove-packages.ts';
import type { Repository } from '../../repository/repository.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import { argument, optionalArgument } from '../inputs.ts';
import { openPlace } from '../open-workspace.ts';
import { formatDate, formatSize } from '../quantities.ts';
import { revisionLines } from '../revision-lines.ts';

/** Either packages or a revision. */
interface Shown {
  readonly repository: string;
  readonly packages?: readonly PackageRow[];
  readonly revision?: RevisionDetails;
}

export const show: Command = defineCommand({
  inputs: {
    place: argument('repository/channel/component; a part that is left out means all'),
    name: optionalArgument('a package: NAME or NAME=VERSION (default: the revision itself)'),
  },
  description:
    'A package with all its fields, and who brought it. Without a package: who made the revision, and what it changed. ' +
    'With @REVISION behind the repository, a number or the name of a pin, it looks at an earlier one.',
  examples: [
    ['pakhus show tools/stable hello', 'the versions of hello in stable'],
    ['pakhus show tools@12', 'who made revision 12, when, and what it changed'],
    ['pakhus show tools@2026.11/stable hello', 'hello as it was in the revision that is pinned so'],
  ],
  run: async (context, { place: text, name }): Promise<Shown> => {
    const { place: placeText, revision } = splitRevision(text);
    const { repository, place } = await openPlace(context, placeText);
    const asked = { revision, place, signal: context.signal };
    return {
      repository: repository.name,
      ...(name === undefined
        ? { revision: await readRevisionDetails(repository, { ...asked, where: whereOf(place) }) }
        : { packages: await readPackages(repository, { ...asked, name }) }),
    };
  },
  render: ({ repository, packages = [], revision }, view) => [
    ...(revision === undefined ? [] : revisionLines(revision, { repository, view })),
    ...packages.flatMap((one, index) => [
      ...(index === 0 ? [] : ['']),
      ...packageLines(one, { repository, view }),
    ]),
  ],
});

/** A package as `--json` has it. */
interface PackageRow extends Pick<ShownPackage, 'channel' | 'component' | 'relations'> {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly summary: string;
  readonly section: string | undefined;
  readonly maintainer: string | undefined;
  readonly homepage: string | undefined;
  readonly fields: ShownPackage['summary']['fields'];
  /** The revision that brought its file; null: that is not known any more. */
  readonly came: LogEntry | null;
}

/** @throws PACKAGE_NOT_FOUND */
async function readPackages(
  repository: Repository,
  asked: CallOptions & {
    readonly revision: string | undefined;
    readonly place: PartialPlace;
    readonly name: string;
  },
): Promise<readonly PackageRow[]> {
  const { revision, place, name: text, ...call } = asked;
  const { tail, at } = await openAt(repository, revision, call);
  const wanted = parseWanted(text);
  const filter = whereOf(place);
  const found = await findPackages(repository, at, { ...filter, ...wanted });
  if (found.length === 0) throw notThere(repository, { wanted, filter });
  const records = found.map(({ record }) => record);
  const origins = await originsOf(repository, records, { tail, at, ...call });
  return found.map((one) => {
    const { summary, relations, record, channel, component } = showPackage(at, one);
    const { name, version, architecture, path, sizeBytes, sha256 } = record;
    const identity = { channel, component, name, version, architecture, path, sizeBytes, sha256 };
    return { ...identity, ...summary, relations, came: origins.get(record) ?? null };
  });
}

function packageLines(
  one: PackageRow,
  { repository, view: { palette } }: { readonly repository: string; readonly view: View },
): readonly string[] {
  const { came } = one;
  return [
    `${palette.strong(`${one.name} ${one.version}`)} ${one.architecture} in ${repository}/${one.channel}/${one.component}`,
    ...one.fields.flatMap(({ name, value }) => `${name}: ${value}`.split('\n').map((line) => `  ${line}`)),
    palette.faint(`  ${one.path} (${formatSize(one.sizeBytes)})`),
    palette.faint(`  SHA-256 ${one.sha256}`),
    palette.faint(
      came === null
        ? '  who brought it is not known any more: that revision was collected'
        : `  brought by ${came.author} in revision ${came.rev}, ${formatDate(came.dateMs)}: ${came.message}`,
    ),
  ];
}

function whereOf({ channel, component }: PartialPlace): Pick<PartialPlace, 'channel' | 'component'> {
  return { channel, component };
}
