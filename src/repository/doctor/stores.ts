/** Where everything lies: the store, and the state where it is apart, each a folder or a bucket. */
import { callOf } from '../../catalog/call-of.ts';
import type { Clock } from '../../core/clock.ts';
import { bucketAdmin } from '../../storage/s3/bucket-admin.ts';
import { bucketUrl } from '../../storage/s3/bucket-url.ts';
import { connect } from '../../storage/s3/client.ts';
import type { UrlReader } from '../../upstream/url-reader.ts';
import { type BucketFolder, type BucketPlaces, bucketPlaces, isSameBucket } from '../buckets/places.ts';
import { findTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { STATE_FOLDER } from '../store-layout.ts';
import type { Workspace } from '../workspace.ts';
import { checkBucket } from './bucket.ts';
import { type AccessCheck, checkAccess } from './bucket-access.ts';
import { type Diagnosis, guarded } from './diagnosis.ts';
import { checkFolders } from './folders.ts';
import { checkStore } from './store.ts';

export interface StoresOptions extends UseCaseOptions {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This machine alone writes. */
  readonly singleWriter: boolean;
  /** Asks without credentials. */
  readonly read: UrlReader;
}

/** Nothing that clients see is touched, but that files of this check are there for a moment. */
export async function checkStores(
  workspace: Workspace,
  options: StoresOptions,
): Promise<readonly Diagnosis[]> {
  const { config, store, state } = workspace;
  const { clock, env, signal, singleWriter, report } = options;
  const places = bucketPlaces(config, env);
  const ask = { clock, env, signal };
  report({ type: 'progress', task: 'Trying the store' });
  const found: Diagnosis[] = [];
  if (places.store === undefined) found.push(...(await checkStore(store, clock)));
  else {
    const isApart = config.state.value !== undefined;
    const own = { ...places.store, start: `${places.store.start}${STATE_FOLDER}/` };
    found.push(...(await checkBucket(own, { ...ask, mayLack: isApart || singleWriter })));
  }
  if (state !== undefined) {
    if (places.state === undefined) found.push(...(await checkStore(state, clock)));
    else found.push(...(await checkBucket(places.state, { ...ask, mayLack: singleWriter })));
  }
  found.push(...(await checkFolders(config)));
  if (places.store !== undefined)
    found.push(...(await checkAnonymously(workspace, { places, store: places.store }, options)));
  return found;
}

async function checkAnonymously(
  workspace: Workspace,
  { places, store }: { readonly places: BucketPlaces; readonly store: BucketFolder },
  options: StoresOptions,
): Promise<readonly Diagnosis[]> {
  const region = await bucketAdmin(await connect(store.location, options)).region();
  const url = bucketUrl(store.location, region);
  const root = ({ location }: BucketFolder): string => bucketUrl({ ...location, prefix: '' }, region);
  const { url: clients } = workspace.config;
  const { state } = places;
  const check: AccessCheck = {
    url,
    bucketUrl: root(store),
    stateUrl: state && `${root(state)}/${state.start}store.json`,
    namesState: state !== undefined && isSameBucket(state.location, store.location),
    isBehind: clients.value !== undefined && clients.value !== url,
    read: options.read,
  };
  return guarded(
    `anonymous ${url}`,
    async () => {
      const repository = await firstPublished(workspace, options);
      return repository === undefined ? [] : checkAccess(repository, check, callOf(options));
    },
    'store-access',
  );
}

/** What is damaged, others tell. */
async function firstPublished(workspace: Workspace, options: StoresOptions): Promise<Repository | undefined> {
  for (const config of await workspace.repositories()) {
    const repository = await workspace.open(config);
    if ((await findTail(repository, callOf(options))) !== undefined) return repository;
  }
  return undefined;
}
