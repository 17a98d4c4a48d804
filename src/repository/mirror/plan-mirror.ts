/** What a sync of a mirror would do: read from upstream and the store, and nothing is written. */
import { callOf } from '../../catalog/call-of.ts';
import type { MirrorConfig } from '../../config/mirrors.ts';
import { sha256Hex } from '../../core/digest.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Format, RepositorySettings } from '../../formats/format.ts';
import type { InstallRules } from '../../formats/install-rules.ts';
import { formatByName } from '../../formats/table.ts';
import { readKeyring } from '../../signing/keyring.ts';
import type { Fetcher } from '../../upstream/fetcher.ts';
import type { ReadRevision } from '../change/content.ts';
import { checkPlace } from '../change/terms.ts';
import { adoptionOf } from '../import/source.ts';
import { findTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import {
  compareMirror,
  findWanted,
  type MirrorDifference,
  mirrorComponents,
  type Wanted,
} from './find-wanted.ts';
import { readUpstream, type UpstreamIndex, type UpstreamSuite } from './read-upstream.ts';
import { readWishes } from './read-wishes.ts';
import type { UpstreamCache } from './upstream-cache.ts';
import type { Wish } from './wishes.ts';

export interface MirrorInput {
  readonly mirror: MirrorConfig;
  /** Of the repository as it is configured, for one that is not made yet. */
  readonly settings: RepositorySettings;
  readonly fetcher: Fetcher;
  readonly cache: UpstreamCache;
}

/** What is known before anything is fetched but indexes. */
export interface MirrorOutlook {
  readonly tail: ReadRevision | undefined;
  readonly settings: RepositorySettings;
  readonly format: Format;
  readonly channel: string;
  /** Those that belong to the mirror. */
  readonly components: readonly string[];
  readonly suites: readonly UpstreamSuite[];
  readonly wishes: readonly Wish[];
  /** Changes with all that decides about what the mirror should hold in revision `rev` of its repository, and with nothing else. */
  stateAt(rev: number | undefined): string;
  /** Reads the indexes. @throws NETWORK_FAILED, PACKAGE_CHANGED */
  plan(): Promise<MirrorPlan>;
}

export interface MirrorPlan extends Omit<MirrorOutlook, 'plan'> {
  readonly wanted: Wanted;
  readonly difference: MirrorDifference;
  /** What it should hold, without what cannot be had: see `wantedId`. */
  wantedWithout(excluded: Map<string, string>): Wanted;
}

/** @throws as {@link lookOut}, `MirrorOutlook.plan` */
export async function planMirror(
  repository: Repository,
  input: MirrorInput,
  options: UseCaseOptions,
): Promise<MirrorPlan> {
  return (await lookOut(repository, input, options)).plan();
}

/** @throws PLACE_NOT_FOUND, CONFIG_INVALID, VERIFY_FAILED, NETWORK_FAILED, IMPORT_REFUSED, KEY_*, LEDGER_*, STORE_* */
export async function lookOut(
  repository: Repository,
  { mirror, settings: configured, fetcher, cache }: MirrorInput,
  options: UseCaseOptions,
): Promise<MirrorOutlook> {
  const call = callOf(options);
  const tail = await findTail(repository, call);
  const settings = tail?.content.catalog.settings ?? configured;
  const format = formatByName(settings.format);
  const rules = adoptionOf(format.name);
  const install = installOf(format, mirror);
  const [channel = ''] = [mirror.to.channel ?? settings.channels[0]?.name];
  const components = mirrorComponents(mirror.to, mirror.sources);
  for (const component of components) checkPlace(settings, { channel, component });
  const architectures = architecturesOf(mirror, settings);
  const wishes = await readWishes(mirror);
  options.report({ type: 'progress', task: 'Reading upstream' });
  const { clock } = repository.ledger;
  const suites = await Promise.all(
    mirror.sources.map(async (source) => {
      const keyrings = source.trusted ? undefined : await Promise.all(source.signedBy.map(readKeyring));
      const how = { format, rules, fetcher, cache, clock, architectures, publicKeys: keyrings?.flat() };
      return readUpstream(source, { ...how, ...call });
    }),
  );
  const to = { channel, component: mirror.to.component };
  const { recommends, strict } = mirror;
  const known = { tail, settings, format, channel, components, suites, wishes };
  const digests = suites.map((suite) => suite.digests);
  const stateAt: MirrorOutlook['stateAt'] = (rev) =>
    sha256Hex(Buffer.from(JSON.stringify([digests, wishes, architectures, recommends, strict, to, rev])));
  return {
    ...{ ...known, stateAt },
    async plan() {
      const indexes: UpstreamIndex[] = [];
      for (const suite of suites) indexes.push(...(await suite.readIndexes()));
      options.report({ type: 'progress', task: 'Choosing packages' });
      const choice = { format, install, rules, indexes, wishes, architectures, recommends, strict, to };
      const wantedWithout: MirrorPlan['wantedWithout'] = (excluded) => findWanted({ ...choice, excluded });
      const wanted = wantedWithout(new Map());
      const difference = await compareMirror(repository, wanted.packages, { ...known, ...call });
      return { ...known, stateAt, wanted, difference, wantedWithout };
    },
  };
}

/** Those of the sources; those of the repository where one says nothing. @throws CONFIG_INVALID */
function architecturesOf({ name, sources }: MirrorConfig, settings: RepositorySettings): readonly string[] {
  const all = sources.flatMap(({ architectures }) =>
    architectures.length > 0 ? architectures : settings.architectures,
  );
  if (all.length > 0) return [...new Set(all)];
  throw new PakhusError('CONFIG_INVALID', `the mirror ${name} does not say for which architectures`, {
    hint: 'Write [arch=amd64] into its sources, or `architectures: [amd64]` at the repository, in pakhus.yaml.',
  });
}

function installOf({ name, install }: Format, mirror: MirrorConfig): InstallRules {
  if (install !== undefined) return install;
  throw new PakhusError(
    'CONFIG_INVALID',
    `${mirror.to.repository} is of the format ${name}, which mirrors cannot be`,
    {
      hint: 'Name a repository of the format deb: `to:` in pakhus.yaml.',
    },
  );
}
