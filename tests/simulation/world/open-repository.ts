import { createBlobStore } from '../../../src/catalog/blobs.ts';
import { createCatalogReader } from '../../../src/catalog/catalog-reader.ts';
import { uploadsTo } from '../../../src/catalog/uploads.ts';
import { createUlidFactory } from '../../../src/core/ulid.ts';
import { createStoreTime } from '../../../src/ledger/store-time.ts';
import { createBaseIndexes } from '../../../src/repository/gate/base-indexes.ts';
import { PACKAGE_HEADERS } from '../../../src/repository/ingest/store-package.ts';
import type { Repository } from '../../../src/repository/repository.ts';
import type { LedgerSigner } from '../../../src/signing/ledger-key.ts';
import { prefixStorage } from '../../../src/storage/prefix.ts';
import type { SimulatedProcess } from './process.ts';
import { ledgerKeyOf, simulatedKeys, verifyOnce } from './repository-keys.ts';

export const TREE = 'deb';
export const STATE = '.pakhus/deb';
const LEDGER_KEY = ledgerKeyOf('of the simulation');

/** The repository `deb` as a process has it: what a workspace opens, with keys that cost nothing. */
export function openRepository(process: SimulatedProcess, signer: LedgerSigner = LEDGER_KEY): Repository {
  const { store, clock, dice, author } = process;
  const state = prefixStorage(store, STATE);
  const tree = prefixStorage(store, TREE);
  const uploads = uploadsTo(store);
  const blobs = createBlobStore(state, { ulid: createUlidFactory(clock.now, dice.bytes), uploads });
  const newId = createUlidFactory(clock.now, dice.bytes);
  return {
    name: 'deb',
    path: TREE,
    tree,
    location: undefined,
    ledger: {
      repository: 'deb',
      state,
      tree,
      settle: async (call) => {
        await uploads.settled();
        await store.settle(call);
      },
      blobs,
      uploads,
      clock,
      time: createStoreTime(clock),
      randomBytes: dice.bytes,
      verifySignature: verifyOnce,
      trust: { anchors: new Set([signer.keyId]) },
      signer,
      author,
      machine: { host: author.slice(author.indexOf('@') + 1), writesAlone: false },
    },
    catalog: createCatalogReader(blobs),
    publishBlob: async (key, path, call = {}) => {
      await store.copy(`${STATE}/${key}`, `${TREE}/${path}`, { ...call, ...PACKAGE_HEADERS, ifAbsent: true });
    },
    keys: simulatedKeys(signer),
    url: undefined,
    bases: createBaseIndexes([]),
    site: undefined,
    stateSites: [],
    purge: undefined,
    newId,
  };
}
