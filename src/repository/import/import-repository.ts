/**
 * Taking over a repository that another program made.
 *
 * ```
 * dists/SUITE/InRelease ─signed by a key that is here?─▶ settings of the channel, list of files        read-entries, choose-signers
 *              Packages ─as listed?─▶ packages ─their files, read to the end─▶ good, bad               read-listing, check-files
 *                                                                                │ nothing was written so far
 *                    revision 1: the same packages at the same paths ─commit─▶ publish                 commit-import
 * ```
 * `InRelease` goes first, this once, because clients that know the old one ask for the usual names and those that know the new one
 * ask by hash: both find what they were told of, wherever it stops. Run again, it goes on.
 */
import { callOf } from '../../catalog/call-of.ts';
import type { RepositoryConfig, ResolvedConfig } from '../../config/resolved-config.ts';
import type { BadEntry } from '../../formats/adoption.ts';
import type { RepositorySettings } from '../../formats/format.ts';
import type { UrlReader } from '../../upstream/url-reader.ts';
import { publishNewest } from '../change/publish-newest.ts';
import { holdYoungGeneration } from '../ingest/hold-heap.ts';
import { findTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { orStepBack } from '../step-back.ts';
import { importFrom } from './from-url.ts';
import { importInPlace } from './in-place.ts';
import type { Loss } from './losses.ts';

/** A repository that is fetched. */
export interface RemoteRepository {
  /** The folder that holds `dists/`, without a final slash. */
  readonly url: string;
  /** Armored: who is believed. Undefined: nobody needs to have signed. */
  readonly publicKeys: readonly string[] | undefined;
  readonly read: UrlReader;
}

export interface ImportInput {
  /** Where it is fetched from; undefined: it lies in the public folder. */
  readonly from: RemoteRepository | undefined;
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
  holdYoungGeneration();
  const call = callOf(options);
  const tail = await findTail(repository, call);
  if (tail === undefined) {
    const { from } = input;
    return orStepBack(repository, () =>
      from === undefined
        ? importInPlace(repository, input, options)
        : importFrom(repository, { ...input, from }, options),
    );
  }
  if (!input.dryRun) await publishNewest(repository, options);
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
