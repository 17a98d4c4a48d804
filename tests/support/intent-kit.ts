/** A repository in words, for applying intents to: `there 1.0` lies in stable, and testing is empty. */
import { PakhusError } from '../../src/core/pakhus-error.ts';
import type { PackageRecord, RepositorySettings } from '../../src/formats/format.ts';
import type { Intent } from '../../src/ledger/intents.ts';
import type { Proposer } from '../../src/ledger/manifest.ts';
import type { Identity, Place } from '../../src/repository/change/actions.ts';
import type { PackageFiles } from '../../src/repository/change/apply-add.ts';
import { type Applied, type ApplyInput, applyIntents } from '../../src/repository/change/apply-intents.ts';
import type { BaseLookup } from '../../src/repository/change/changes.ts';
import type { Terms } from '../../src/repository/change/terms.ts';
import type { InspectedPackage } from '../../src/repository/ingest/inspected.ts';
import { memoryLookup } from './memory-lookup.ts';

/** Two channels, one component. */
export const SETTINGS: RepositorySettings = {
  format: 'deb',
  channels: [
    { name: 'stable', options: {} },
    { name: 'testing', options: {} },
  ],
  components: ['main'],
  architectures: [],
  options: {},
};
/** What the base revision says. */
export const TERMS: Terms = {
  settings: SETTINGS,
  signers: [{ fingerprint: 'f'.repeat(40), publicKey: 'key' }],
  proposers: [],
  committers: [{ keyId: 'k', publicKey: 'p', name: 'ann' }],
};
/** Where `there 1.0` lies. */
export const STABLE: Place = { channel: 'stable', component: 'main' };
/** An empty place. */
export const TESTING: Place = { channel: 'testing', component: 'main' };

/** The base holds `there 1.0` in stable. */
export const THERE: PackageRecord = {
  name: 'there',
  version: '1.0',
  architecture: 'amd64',
  path: 'pool/main/t/there/there_1.0_amd64.deb',
  sizeBytes: 10,
  sha256: 'a'.repeat(64),
  metadata: '',
};
/** The base revision. */
export const BASE: BaseLookup = {
  ...memoryLookup([{ ...STABLE, slot: 'amd64' }, [THERE]]),
  async *changesTo({ channel }) {
    if (channel === 'stable') yield { kind: 'removed', before: THERE };
  },
};
/** The base revision, number 9, and nothing proposed. All revisions before it held nothing. */
export const BASE_INPUT: Omit<ApplyInput, 'files'> = {
  repository: 'tools',
  terms: TERMS,
  pins: [],
  base: BASE,
  swept: new Set(),
  intents: [],
  past: {
    open: async (rev) => {
      if (rev > 9) throw new PakhusError('REVISION_NOT_FOUND', `tools has no revision ${rev}`);
      return { rev, catalog: { settings: SETTINGS, channels: [], runs: [] } };
    },
    fileSize: async () => 10,
  },
  findRefusal: async () => undefined,
};

/** Files of the public folder, as whoever commits finds them. */
const NEW = inspected('new', { sha256: 'b'.repeat(64) });
const FILES: Readonly<Record<string, InspectedPackage | PakhusError>> = {
  'pool/main/n/new/new_1.0_amd64.deb': NEW,
  'pool/main/n/new/bbbbbbbbbbbb/new_1.0_amd64.deb': NEW,
  'pool/main/o/other/other_1.0_amd64.deb': NEW,
  'pool/main/t/there/cccccccccccc/there_1.0_amd64.deb': inspected('there', { sha256: 'c'.repeat(64) }),
  'pool/main/w/wrong/wrong_1.0_amd64.deb': { ...inspected('wrong', {}), format: 'rpm' },
  'pool/main/b/broken/broken_1.0_amd64.deb': new PakhusError('ARCHIVE_CORRUPT', 'it is corrupt'),
};

/** A package as whoever commits reads it. */
export function inspected(
  name: string,
  { sha256 = 'd'.repeat(64) }: { readonly sha256?: string },
): InspectedPackage {
  const meta = {
    name,
    version: '1.0',
    architecture: 'amd64',
    slot: 'amd64',
    metadata: '',
    source: name,
    lints: [],
  };
  return { source: name, format: 'deb', meta, sizeBytes: 10, sha256 };
}

interface Claim {
  readonly to?: Place;
  readonly sha256?: string;
  readonly sizeBytes?: number;
}

/** An action that adds a file; what it claims of the file can be wrong. */
export function add(path: string, claim: Claim = {}): object {
  const { to = STABLE, sha256 = 'b'.repeat(64), sizeBytes = 10 } = claim;
  return { type: 'add', to, files: `${sha256} ${sizeBytes} ${path}` };
}

/** An action that changes the settings. */
export function settings(change: Partial<Terms> & { readonly create?: boolean }): object {
  return { type: 'settings', create: false, ...TERMS, ...change };
}

/** Applies intents, each a list of actions, called 1, 2, 3… */
export async function apply(
  intents: readonly unknown[],
  {
    terms,
    proposer,
    inbox = {},
  }: {
    readonly terms: Terms | undefined;
    /** Who proposes all of them; undefined: a committer. */
    readonly proposer?: Proposer;
    /** Files of every proposal. */
    readonly inbox?: Readonly<Record<string, InspectedPackage>>;
  } = { terms: TERMS },
): Promise<Applied> {
  return applyIntents({
    ...BASE_INPUT,
    terms,
    ...(terms === undefined && { base: memoryLookup() }),
    intents: intents.map(
      (actions, index): Intent => ({
        id: String(index + 1),
        who: 'ann',
        ref: String(index + 1),
        author: 'ann',
        message: '',
        actions,
        proposer,
      }),
    ),
    files: files(inbox, async (path) => {
      const file = FILES[path] ?? new PakhusError('STORE_OBJECT_NOT_FOUND', `${path}: no such object`);
      if (file instanceof PakhusError) throw file;
      return file;
    }),
  });
}

/** A public folder, and an empty inbox. */
export function publicFiles(inspect: PackageFiles['inspect']): PackageFiles {
  return files({}, inspect);
}

function files(
  inbox: Readonly<Record<string, InspectedPackage>>,
  inspect: PackageFiles['inspect'],
): PackageFiles {
  return {
    inspect,
    copy: async (_record, [path = '']) => path,
    take: async (_intent, file) => {
      const found = inbox[file.inbox];
      if (found === undefined) throw new PakhusError('INTENT_REJECTED', `${file.inbox} is not there`);
      return { inspected: found, findPath: async ([path = '']) => path, place: async () => {} };
    },
  };
}

/** Where `new 1.0` belongs. */
export const NEW_PATH = 'pool/main/n/new/new_1.0_amd64.deb';
/** An intent that nothing is wrong with. */
export const GOOD: readonly object[] = [add(NEW_PATH)];
/** The package of the base. */
export const PROMOTED: Identity = { name: 'there', version: '1.0', architecture: 'amd64' };
