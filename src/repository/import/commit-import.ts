/** From what another program lists to revision 1: every file is checked, then it is committed and published. */
import { proposersOf } from '../../config/proposers.ts';
import type { AdoptionRules, BadEntry } from '../../formats/adoption.ts';
import { formatByName } from '../../formats/table.ts';
import { asCommitter } from '../../ledger/committers.ts';
import type { PublicSigner } from '../change/actions.ts';
import { publishNewest } from '../change/publish-newest.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { type AdoptedPackage, checkFiles } from './check-files.ts';
import { commitFirst } from './first-revision.ts';
import type { ImportInput, ImportResult } from './import-repository.ts';
import type { Loss } from './losses.ts';
import type { Listing } from './read-listing.ts';
import { refused } from './refusal.ts';

const BAD_SHOWN = 20;

export interface ImportPlan {
  readonly listing: Listing;
  readonly rules: AdoptionRules;
  readonly signers: readonly PublicSigner[];
  readonly losses: readonly Loss[];
  /** Puts package files into the public folder that are not there yet; those that cannot be had are bad. Absent: they are there. */
  readonly fetch?: (packages: Listing['packages']) => Promise<readonly BadEntry[]>;
  /** Channels of the folder that stay what they are. */
  readonly leftChannels: readonly string[];
  /** Files of the folder that no taken index names, under names that pakhus gives as well. */
  readonly leftFiles: readonly string[];
}

/** @throws IMPORT_REFUSED with the packages that cannot be taken over, unless they may be left out; as `commitFirst` */
export async function commitImport(
  repository: Repository,
  { plan, input }: { readonly plan: ImportPlan; readonly input: ImportInput },
  options: UseCaseOptions,
): Promise<ImportResult> {
  const { listing, rules, leftChannels } = plan;
  if (input.dryRun && plan.fetch !== undefined) return { ...summariseListing(plan), rev: undefined };
  const unfetched = (await plan.fetch?.(listing.packages)) ?? [];
  const { format } = listing.settings;
  const { good, bad: badFiles } = await checkFiles(repository, listing.packages, {
    ...options,
    rules,
    format,
  });
  const known = new Set(unfetched.map(({ where }) => where));
  const bad = [...listing.bad, ...unfetched, ...badFiles.filter(({ where }) => !known.has(where))];
  const taken = new Set(good.map(({ record }) => record.path));
  // With what cannot be taken over, its file is left: nobody may collect it.
  const broken = listing.packages.flatMap(({ listed: { record } }) =>
    taken.has(record.path) ? [] : record.path,
  );
  const leftFiles = [...plan.leftFiles, ...new Set(plan.fetch === undefined ? broken : [])];
  const result = summarise(plan, { good, bad, leftFiles });
  if (input.dryRun) return { ...result, rev: undefined };
  if (bad.length > 0 && !input.keepGoing) throw refusal(repository, bad);
  const { ledger } = repository;
  const terms = {
    settings: listing.settings,
    signers: plan.signers,
    committers: ledger.signer === undefined ? [] : [asCommitter(ledger, ledger.signer)],
    proposers: proposersOf(input.proposers, repository.name),
  };
  // Whoever goes on writing the other channels puts packages into the same folder.
  const shared = leftChannels.length === 0 ? [] : [rules.packageFolder];
  const foreign = [...leftFiles, ...leftChannels.map((name) => `${rules.folder}${name}/`), ...shared];
  const datedMs = Math.max(...listing.channels.map(({ dateMs }) => dateMs));
  const message = `import ${listing.channels.map(({ settings }) => settings.name).join(', ')}`;
  await commitFirst(repository, { terms, packages: good, foreign, datedMs, message }, options);
  options.report({ type: 'progress', task: 'Publishing' });
  const { rev } = await publishNewest(repository, options);
  return { ...result, rev };
}

/** What the indexes say, where no file was looked at. */
function summariseListing(plan: ImportPlan): Omit<ImportResult, 'rev'> {
  const { packages, bad } = plan.listing;
  const good = packages.map(({ run, listed: { record } }) => ({ run, record }));
  return summarise(plan, { good, bad, leftFiles: plan.leftFiles });
}

function summarise(
  { listing, signers, losses, leftChannels }: ImportPlan,
  found: {
    readonly good: readonly AdoptedPackage[];
    readonly bad: readonly BadEntry[];
    readonly leftFiles: readonly string[];
  },
): Omit<ImportResult, 'rev'> {
  const { good, bad, leftFiles } = found;
  const { settings } = listing;
  const { kindOf } = formatByName(settings.format);
  const sizes = new Map(good.map(({ record }) => [record.path, record.sizeBytes]));
  return {
    outcome: 'imported',
    settings,
    channels: listing.channels.map(({ settings: { name }, components, architectures }) => ({
      ...{ name, components, architectures },
      packages: good.filter(({ run }) => run.channel === name).length,
    })),
    packages: good.length,
    sizeBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    ...{ bad, losses, leftChannels },
    leftFiles: leftFiles.filter((path) => kindOf(path) === 'package'),
    signers: signers.map(({ fingerprint }) => fingerprint),
  };
}

function refusal({ name }: Repository, bad: readonly BadEntry[]): Error {
  const lines = bad.slice(0, BAD_SHOWN).map(({ where, problem }) => `${where}: ${problem}`);
  const more = bad.length > BAD_SHOWN ? [`and ${bad.length - BAD_SHOWN} more`] : [];
  const count = bad.length === 1 ? '1 package' : `${bad.length} packages`;
  return refused(`${name}: ${count} cannot be taken over\n${[...lines, ...more].join('\n')}`, {
    hint: 'Correct that with the program that made the repository, or leave them out: --keep-going. Nothing was changed.',
    details: { bad },
  });
}
