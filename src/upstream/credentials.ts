/**
 * Who we are to a server: netrc(5), apt_auth.conf(5), or the value of a header that the environment holds.
 *
 * ```
 * machine packages.example.org/private  login ann  password secret
 * machine http://localhost:8080         login ann  password secret      a scheme where it is not https
 * ```
 */
import type { UrlReader } from './url-reader.ts';

/** The value of the header Authorization for a URL; undefined: none. */
export type Credentials = (url: string) => string | undefined;

interface Entry {
  readonly machine: string;
  readonly login: string;
  readonly password: string;
}

/**
 * The text of a netrc file, or of one of apt's. The first entry that fits counts.
 * @param options.anyScheme An entry without a scheme is for http as well, as other readers of netrc have it; apt takes it for https alone.
 */
export function parseNetrc(text: string, { anyScheme }: { readonly anyScheme: boolean }): Credentials {
  const entries = readEntries(text);
  return (url) => {
    const found = entries.find(
      ({ machine, login }) => login !== '' && fits(machine, new URL(url), anyScheme),
    );
    return found && `Basic ${Buffer.from(`${found.login}:${found.password}`).toString('base64')}`;
  };
}

/** The first that knows the URL. */
export function firstOf(all: readonly Credentials[]): Credentials {
  return (url) => {
    for (const one of all) {
      const found = one(url);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** Sends them along. A URL that has a user of its own keeps it. */
export function withCredentials(read: UrlReader, credentials: Credentials): UrlReader {
  return (request) => {
    if (request.url.startsWith('file:') || new URL(request.url).username !== '') return read(request);
    const authorization = credentials(request.url);
    return read(
      authorization === undefined ? request : { ...request, headers: { ...request.headers, authorization } },
    );
  };
}

function readEntries(text: string): readonly Entry[] {
  const words = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .join('\n')
    .split(/\s+/)
    .filter((word) => word !== '');
  const entries: { machine: string; login: string; password: string }[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === 'default') entries.push({ machine: '', login: '', password: '' });
    else if (word === 'machine') entries.push({ machine: words[++at] ?? '', login: '', password: '' });
    else if (word === 'login' || word === 'password') {
      const last = entries.at(-1);
      if (last !== undefined) last[word] = words[at + 1] ?? '';
      at += 1;
    }
  }
  return entries;
}

/** `[scheme://]host[:port][/path]`; empty: any. */
function fits(machine: string, url: URL, anyScheme: boolean): boolean {
  if (machine === '') return anyScheme;
  const [, scheme, host = '', path = ''] = /^(?:([a-z]+):\/\/)?([^/]+)(\/.*)?$/i.exec(machine) ?? [];
  const isScheme =
    scheme === undefined ? anyScheme || url.protocol === 'https:' : `${scheme}:` === url.protocol;
  const own = host.includes(':') ? url.host : url.hostname;
  return isScheme && own === host.toLowerCase() && url.pathname.startsWith(path);
}
