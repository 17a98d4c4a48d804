/** What caches call the files of a repository. */
import { joinUrl } from '../../config/addresses.ts';
import { joinPath } from '../../storage/prefix.ts';
import type { Repository } from '../repository.ts';

/** Of files, in the same order. */
export interface PurgeAddresses {
  /** Of their URLs: beginning with `/`, encoded. Without `url:`, from the store's folder on. */
  readonly paths: readonly string[];
  /** Empty without `url:`. */
  readonly urls: readonly string[];
}

/** @param written Below the repository's folder. */
export function addressesOf(
  { path, purge }: Pick<Repository, 'path' | 'purge'>,
  written: readonly string[],
): PurgeAddresses {
  const encoded = written.map((each) => each.split('/').map(encodeURIComponent).join('/'));
  if (purge?.url === undefined) return { paths: encoded.map((each) => `/${joinPath(path, each)}`), urls: [] };
  const base = joinUrl(purge.url, path);
  const urls = encoded.map((each) => new URL(`${base}/${each}`));
  return { paths: urls.map(({ pathname }) => pathname), urls: urls.map(({ href }) => href) };
}
