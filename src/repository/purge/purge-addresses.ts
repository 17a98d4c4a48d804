/** What caches call the files of a repository. */
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
  { path, url }: Pick<Repository, 'path' | 'url'>,
  written: readonly string[],
): PurgeAddresses {
  const encoded = written.map((each) => each.split('/').map(encodeURIComponent).join('/'));
  if (url === undefined) return { paths: encoded.map((each) => `/${joinPath(path, each)}`), urls: [] };
  const urls = encoded.map((each) => new URL(`${url}/${each}`));
  return { paths: urls.map(({ pathname }) => pathname), urls: urls.map(({ href }) => href) };
}
