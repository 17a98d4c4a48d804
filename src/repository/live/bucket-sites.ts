/** Buckets as somebody without credentials finds them. */
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { bucketUrl } from '../../storage/s3/bucket-url.ts';
import type { UrlReader } from '../../upstream/url-reader.ts';
import { bucketPlaces } from '../buckets/places.ts';
import type { Site, StateSite } from './site.ts';

/** Answers for buckets of all regions, with a redirect. */
const ANY_REGION = 'us-east-1';

/** Where the bucket of the store itself answers; undefined: the store is a folder. */
export function storeUrl(
  config: Pick<ResolvedConfig, 'store' | 'state'>,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { store } = bucketPlaces(config, env);
  return store && bucketUrl(store.location, store.location.region ?? ANY_REGION);
}

/** Behind `url:`, and at the bucket itself. */
export function stateSites(
  { name, site }: { readonly name: string; readonly site: Site | undefined },
  {
    config,
    env,
    read,
  }: {
    readonly config: Pick<ResolvedConfig, 'store' | 'state'>;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly read: UrlReader;
  },
): readonly StateSite[] {
  const { state } = bucketPlaces(config, env);
  if (state === undefined) return site === undefined ? [] : [site];
  const { location, start } = state;
  const root = bucketUrl({ ...location, prefix: '' }, location.region ?? ANY_REGION);
  const bucket = { read, isHttp: true, stateUrl: `${root}/${start}${name}` };
  return site === undefined ? [bucket] : [site, bucket];
}
