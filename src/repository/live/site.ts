/** Where clients reach a repository. */
import { joinUrl, trimClientUrl } from '../../config/addresses.ts';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { UrlReader } from '../../upstream/url-reader.ts';
import type { Repository } from '../repository.ts';

export interface Site {
  readonly read: UrlReader;
  /** The repository's folder, without a final slash. */
  readonly url: string;
  /** False for `file:`, where nothing is cached and no headers are sent. */
  readonly isHttp: boolean;
  /** Where the state of the repository would be found; undefined when it does not lie in the store. */
  readonly stateUrl: string | undefined;
}

/** As much of it as tells who may read the state. */
export type StateSite = Pick<Site, 'read' | 'isHttp' | 'stateUrl'>;

/** @param where `url`: of the store, instead of the configured one. @throws CONFIG_INVALID when there is none */
export function siteOf(
  repository: Pick<Repository, 'name' | 'path'>,
  where: {
    readonly config: Pick<ResolvedConfig, 'url' | 'store' | 'state'>;
    readonly read: UrlReader;
    readonly url?: string | undefined;
  },
): Site {
  const { config, read } = where;
  const store = where.url === undefined ? config.url.value : trimClientUrl(where.url);
  if (store === undefined) {
    throw new PakhusError('CONFIG_INVALID', 'there is no URL at which clients reach the store', {
      hint: 'Set `url:` in pakhus.yaml or PAKHUS_URL, or give --url.',
    });
  }
  const state = stateFolder(config);
  return {
    read,
    url: joinUrl(store, repository.path),
    isHttp: !store.startsWith('file:'),
    stateUrl: state === undefined ? undefined : `${store}/${state}/${repository.name}`,
  };
}

/** The address of a file of the site: `path` as apt asks for it, `+` and `~` encoded. */
export function addressOf({ url }: Pick<Site, 'url'>, path: string): string {
  const segments = path.split('/').map((segment) => encodeURIComponent(segment).replaceAll('~', '%7E'));
  return `${url}/${segments.join('/').replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())}`;
}

/** Below the store; undefined when it is elsewhere. */
function stateFolder({ store, state }: Pick<ResolvedConfig, 'store' | 'state'>): string | undefined {
  if (state.value === undefined) return '.pakhus';
  const root = `${trimClientUrl(store.value)}/`;
  return state.value.startsWith(root) ? state.value.slice(root.length) : undefined;
}
