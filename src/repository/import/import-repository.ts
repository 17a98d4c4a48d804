/**
 * Taking over a repository that another program made, where it lies: no package file is moved, and what clients have configured
 * stays right.
 *
 * ```
 * dists/SUITE/InRelease ─signed by a key that is here?─▶ settings of the channel, list of files
 *              Packages ─as listed?─▶ packages ─their files, read to the end─▶ good, bad
 *                                                                                │ nothing was written so far
 *                    revision 1: the same packages at the same paths ─commit─▶ publish: InRelease first, then the usual names
 * ```
 * InRelease goes first here, because clients that know the old one ask for the usual names and those that know the new one ask
 * by hash: both find what they were told of, wherever it stops. Run again, it goes on.
 */
import { proposersOf } from '../../config/proposers.ts';
import type { RepositoryConfig, ResolvedConfig } from '../../config/resolved-config.ts';
import type { BadEntry, ListedChannel } from '../../formats/adoption.ts';
import type { Encoding, RepositorySettings } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import { asCommitter } from '../../ledger/committers.ts';
import { publishTail } from '../../ledger/publish.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { createIngestPool } from '../ingest/ingest-pool.ts';
import { findTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { orStepBack } from '../step-back.ts';
import { checkFiles } from './check-files.ts';
import { chooseSigners } from './choose-signers.ts';
import { commitFirst } from './first-revision.ts';
import { type Gathered, gatherPackages } from './gather-packages.ts';
import { channelLosses, keyFileLosses, type Loss } from './losses.ts';
import { readEntry, readEntryFiles } from './read-entries.ts';
import { type ReadIndex, readIndex } from './read-indexes.ts';
import { refused } from './refusal.ts';
import { toSettings } from './settings.ts';
import { treeSource } from './source.ts';
import { surveyTree } from './survey-tree.ts';

export interface ImportInput {
  readonly config: RepositoryConfig;
  readonly proposers: ResolvedConfig['proposers']['value'];
  /** Channels to take; none: all. */
  readonly channels: readonly string[];
  /** Packages that cannot be taken are left out; otherwise one of them ends it. */
  readonly keepGoing: boolean;
  /** Another key than today's signs from now on. */
  readonly newKey: boolean;
  readonly dryRun: boolean;
  /** Asked when clients lose something grave. */
  readonly mayLose: (losses: readonly Loss[]) => Promise<boolean>;
}

export interface ImportedChannel {
  readonly name: string;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  readonly packages: number;
}

export interface ImportResult {
  /** `already`: pakhus has the repository; what was left unfinished is finished now. */
  readonly outcome: 'imported' | 'already';
  readonly settings: RepositorySettings;
  readonly channels: readonly ImportedChannel[];
  readonly packages: number;
  readonly sizeBytes: number;
  /** Left out. */
  readonly bad: readonly BadEntry[];
  readonly losses: readonly Loss[];
  /** Channels that were not taken, and stay what they are. */
  readonly leftChannels: readonly string[];
  /** Package files that no taken index names. */
  readonly leftFiles: readonly string[];
  /** Fingerprints. */
  readonly signers: readonly string[];
  /** Undefined on a dry run. */
  readonly rev: number | undefined;
}

/** @throws IMPORT_REFUSED with what is in the way, KEY_*, SETTINGS_INVALID, LEDGER_*, STORE_* */
export async function importRepository(
  repository: Repository,
  input: ImportInput,
  options: UseCaseOptions,
): Promise<ImportResult> {
  const call: CallOptions = options.signal === undefined ? {} : { signal: options.signal };
  const tail = await findTail(repository, call);
  if (tail !== undefined) {
    if (!input.dryRun) await publishTail(repository.ledger, call);
    const { settings, runs } = tail.content.catalog;
    return {
      ...{ outcome: 'already', settings, channels: [], sizeBytes: 0, bad: [], losses: [] },
      ...{
        leftChannels: [],
        leftFiles: [],
        signers: tail.content.signers.map(({ fingerprint }) => fingerprint),
      },
      packages: runs.reduce((sum, run) => sum + run.packages, 0),
      rev: tail.revision.signed.record.rev,
    };
  }
  return orStepBack(repository, () => takeOver(repository, input, { ...options, call }));
}

async function takeOver(
  repository: Repository,
  input: ImportInput,
  { call, ...options }: UseCaseOptions & { readonly call: CallOptions },
): Promise<ImportResult> {
  const { tree, ledger } = repository;
  const format = formatByName(input.config.settings.format);
  const rules = format.adoption;
  if (rules === undefined)
    throw new Error(`${format.name}: repositories of this format cannot be taken over`);
  const source = treeSource(tree, call);
  options.report({ type: 'progress', task: 'Looking at what is there' });
  const survey = await surveyTree(tree, { ...call, format, rules });
  const names = chosen(input.channels, survey.channels);
  const entries = [];
  for (const channel of names) entries.push(await readEntryFiles(source, { rules, channel }));
  const listed: ListedChannel[] = [];
  for (const entry of entries) listed.push(await readEntry(entry, rules));
  const signers = await chooseSigners(repository, entries, input);
  const losses = [...channelLosses(listed), ...(await keyFileLosses(tree, signers, call))];
  const grave = losses.filter(({ isGrave }) => isGrave);
  if (grave.length > 0 && !input.dryRun && !(await input.mayLose(losses)))
    throw tooMuchLost(repository, grave);

  const gathered: Gathered[] = [];
  const encodings = new Map<string, ReadonlySet<Encoding>>();
  for (const {
    settings: { name },
    indexes,
  } of listed) {
    const read: ReadIndex[] = [];
    for (const index of indexes) {
      options.report({ type: 'progress', task: 'Reading indexes', item: index.path });
      read.push(await readIndex(source, { rules, index }));
    }
    encodings.set(name, new Set(read.flatMap((one) => one.encodings)));
    gathered.push(gatherPackages(name, read));
  }
  const settings = toSettings({ base: input.config.settings, channels: listed, encodings, rules });
  format.checkSettings(settings);
  const pool = createIngestPool();
  const packages = gathered.flatMap((one) => one.packages);
  const { good, bad: badFiles } = await checkFiles(repository, packages, { ...options, rules, pool }).finally(
    () => pool.close(),
  );
  const bad = [...gathered.flatMap((one) => one.bad), ...badFiles];
  if (bad.length > 0 && !input.keepGoing && !input.dryRun) throw broken(repository, bad);

  const taken = new Set(good.map(({ record }) => record.path));
  const leftFiles = survey.own.filter((path) => !taken.has(path));
  const leftChannels = [...survey.channels, ...survey.nested].filter((name) => !names.includes(name));
  const sizes = new Map(good.map(({ record }) => [record.path, record.sizeBytes]));
  const result: Omit<ImportResult, 'rev'> = {
    outcome: 'imported',
    settings,
    channels: listed.map(({ settings: { name }, components, architectures }) => ({
      ...{ name, components, architectures },
      packages: good.filter(({ run }) => run.channel === name).length,
    })),
    packages: good.length,
    sizeBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    ...{ bad, losses, leftChannels },
    leftFiles: leftFiles.filter((path) => format.kindOf(path) === 'package'),
    signers: signers.map(({ fingerprint }) => fingerprint),
  };
  if (input.dryRun) return { ...result, rev: undefined };
  const { signer } = ledger;
  const terms = {
    settings,
    signers,
    committers: signer === undefined ? [] : [asCommitter(ledger, signer)],
    proposers: proposersOf(input.proposers, repository.name),
  };
  // Whoever goes on writing the other channels puts packages into the same folder.
  const shared = leftChannels.length === 0 ? [] : [rules.packageFolder];
  const foreign = [...leftFiles, ...leftChannels.map((name) => `${rules.folder}${name}/`), ...shared];
  const datedMs = Math.max(...listed.map(({ dateMs }) => dateMs));
  const message = `import ${names.join(', ')}`;
  await commitFirst(repository, { terms, packages: good, foreign, datedMs, message }, options);
  options.report({ type: 'progress', task: 'Publishing' });
  const { rev } = await publishTail(ledger, call);
  return { ...result, rev };
}

function chosen(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const missing = wanted.find((name) => !there.includes(name));
  if (missing === undefined) return wanted.length === 0 ? there : wanted;
  throw refused(`there is no suite '${missing}'`, { hint: `There are ${there.join(', ')}.` });
}

function tooMuchLost({ name }: Repository, grave: readonly Loss[]): Error {
  const lines = grave.map(({ channel, what }) => `  ${channel === undefined ? '' : `${channel}: `}${what}`);
  return refused(`${name}: clients would lose what pakhus does not keep:\n${lines.join('\n')}`, {
    hint: 'The files stay, but apt will not find them any more. Say --yes to go on without them.',
    details: { losses: grave },
  });
}

const BAD_SHOWN = 20;

function broken({ name }: Repository, bad: readonly BadEntry[]): Error {
  const lines = bad.slice(0, BAD_SHOWN).map(({ where, problem }) => `  ${where}: ${problem}`);
  const more = bad.length > BAD_SHOWN ? [`  and ${bad.length - BAD_SHOWN} more`] : [];
  return refused(
    `${name}: ${bad.length} of the packages cannot be taken over:\n${[...lines, ...more].join('\n')}`,
    {
      hint: 'Correct that with the program that made the repository, or leave these packages out: --keep-going. Nothing was changed.',
      details: { bad },
    },
  );
}
