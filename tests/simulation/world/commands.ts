import './instant-zlib.ts';
/** What users of the simulation do: the use cases, as the command line calls them. */
import type { RepositorySettings } from '../../../src/formats/format.ts';
import { asCommitter } from '../../../src/ledger/committers.ts';
import { applySettings } from '../../../src/repository/apply-settings.ts';
import type { Place } from '../../../src/repository/change/actions.ts';
import { collectRepository } from '../../../src/repository/collect/collect.ts';
import { rollbackPlace } from '../../../src/repository/history/rollback.ts';
import { createIngestPool } from '../../../src/repository/ingest/ingest-pool.ts';
import { resign } from '../../../src/repository/keys/resign.ts';
import { promotePackages } from '../../../src/repository/promote-packages.ts';
import { commitOpen } from '../../../src/repository/proposals/commit-open.ts';
import { publishPackages } from '../../../src/repository/publish-packages.ts';
import { removePackages, type Wanted } from '../../../src/repository/remove-packages.ts';
import type { Repository } from '../../../src/repository/repository.ts';
import { repairRepository } from '../../../src/repository/verify/repair.ts';
import type { Sample } from './palette.ts';
import { SIGNER } from './repository-keys.ts';

export type Command =
  | { readonly type: 'publish'; readonly to: Place; readonly samples: readonly Sample[] }
  | { readonly type: 'remove'; readonly from: Place; readonly wanted: Wanted }
  | { readonly type: 'promote'; readonly from: Place; readonly to: Place; readonly wanted: Wanted }
  | { readonly type: 'apply'; readonly settings: RepositorySettings }
  | { readonly type: 'rollback'; readonly channel: string; readonly to: string | undefined }
  | { readonly type: 'propose'; readonly to: Place; readonly samples: readonly Sample[] }
  | { readonly type: 'commit' }
  | { readonly type: 'gc' }
  | { readonly type: 'resign' }
  | { readonly type: 'repair' };

/** What a repository of the simulation starts with. Only gzip: other encodings are spliced in the same way and cost more. */
export const FIRST_SETTINGS: RepositorySettings = {
  format: 'deb',
  channels: ['stable', 'testing'].map((name) => ({ name, options: {} })),
  components: ['main'],
  architectures: [],
  pages: true,
  options: { compression: 'gzip' },
};

/** The configuration names no other people. */
const NOBODY = {
  ledger: { value: [], origin: { source: 'default' } },
  proposers: { value: {}, origin: { source: 'default' } },
} as const;

const QUIET = { report: () => {} };

/** Runs the command. @throws what the use case throws */
export async function runCommand(repository: Repository, command: Command): Promise<void> {
  switch (command.type) {
    case 'publish':
    case 'propose':
      await publish(repository, command);
      return;
    case 'commit':
      await commitOpen(repository, QUIET);
      return;
    case 'gc':
      await collectRepository(repository, { graceMs: undefined, dryRun: false }, QUIET);
      return;
    case 'remove':
      await removePackages(
        repository,
        { from: command.from, wanted: [command.wanted], all: true, dryRun: false },
        QUIET,
      );
      return;
    case 'promote': {
      const { from, to, wanted } = command;
      await promotePackages(repository, { from, to, wanted: [wanted], dryRun: false }, QUIET);
      return;
    }
    case 'apply':
      await applySettings(
        repository,
        { wanted: wantedConfig(command.settings), config: NOBODY, dryRun: false, breakClients: false },
        QUIET,
      );
      return;
    case 'rollback': {
      const { channel, to } = command;
      await rollbackPlace(repository, { place: { channel }, to, dryRun: false }, QUIET);
      return;
    }
    case 'resign':
      await resign(
        repository,
        { channel: undefined, withinDays: undefined, force: true, dryRun: false },
        QUIET,
      );
      return;
    case 'repair':
      await repairRepository(repository, { ...QUIET, dryRun: false });
  }
}

async function publish(
  repository: Repository,
  { type, to, samples }: Extract<Command, { type: 'publish' | 'propose' }>,
): Promise<void> {
  const inspected = samples.map((sample) => sample.inspected);
  const { signer } = repository.ledger;
  if (signer === undefined) throw new Error('no ledger key');
  const create = async () => ({
    settings: FIRST_SETTINGS,
    signers: [SIGNER],
    committers: [asCommitter(repository.ledger, signer)],
    proposers: [],
  });
  const pool = createIngestPool();
  await publishPackages(repository, inspected, {
    ...QUIET,
    propose: type === 'propose' ? { as: undefined } : undefined,
    place: to,
    keepGoing: false,
    allowUninstallable: false,
    dryRun: false,
    pool,
    create,
  });
}

function wantedConfig(settings: RepositorySettings) {
  return {
    name: 'deb',
    path: 'deb',
    settings,
    signers: undefined,
    bases: [],
    origin: { source: 'default' },
  } as const;
}

/** For the trace. */
export function describeCommand(command: Command): string {
  switch (command.type) {
    case 'publish':
    case 'propose': {
      const what = command.samples.map(
        ({ inspected: { meta }, build }) => `${meta.name} ${meta.version} #${build}`,
      );
      return `${command.type} ${what.join(', ')} to ${command.to.channel}`;
    }
    case 'remove':
      return `remove ${describeWanted(command.wanted)} from ${command.from.channel}`;
    case 'promote':
      return `promote ${describeWanted(command.wanted)} from ${command.from.channel} to ${command.to.channel}`;
    case 'apply':
      return `apply ${JSON.stringify(command.settings)}`;
    case 'rollback':
      return `roll back ${command.channel} to ${command.to ?? 'what it was before'}`;
    case 'commit':
    case 'gc':
    case 'resign':
    case 'repair':
      return command.type;
  }
}

function describeWanted({ name, version }: Wanted): string {
  return version === undefined ? name : `${name}=${version}`;
}
