/** Where a store is, and where clients reach it: paths and URLs, without secrets in them. */
import { resolve } from 'node:path';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/** What is wrong with a store's address; undefined: nothing. The text never repeats a secret. */
export function findStoreProblem(address: string): string | undefined {
  if (address.trim() === '') return 'is empty';
  if (hasControls(address)) return 'has control characters';
  if (!SCHEME.test(address)) return undefined;
  return findSecretProblem(address);
}

/** What is wrong with the URL that clients use; undefined: nothing. */
export function findClientUrlProblem(address: string): string | undefined {
  if (hasControls(address)) return 'has control characters';
  const scheme = SCHEME.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined || !['http', 'https', 'file'].includes(scheme) || !URL.canParse(address)) {
    return 'must be a URL that begins with https://, http:// or file://';
  }
  const { search, hash } = new URL(address);
  if (search !== '' || hash !== '' || /[?#]/.test(address)) return 'must end before ? and #';
  return findSecretProblem(address);
}

/** An absolute path, or the URL as it is. `folder` is where a relative path starts. */
export function resolveStoreAddress(address: string, folder: string): string {
  return SCHEME.test(address) ? address : resolve(folder, address);
}

/** Without slashes at the end. */
export function trimClientUrl(address: string): string {
  let end = address.length;
  while (address[end - 1] === '/') end--;
  return address.slice(0, end);
}

/** The address of a folder below `address`; the empty string is that address. */
export function joinUrl(address: string, path: string): string {
  return path === '' ? address : `${address}/${path}`;
}

function findSecretProblem(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is not a URL';
  const { username, password, searchParams } = new URL(address);
  const secret = [...searchParams.keys()].find((name) =>
    /secret|password|passwd|token|credential/i.test(name),
  );
  if (username !== '' || password !== '' || secret !== undefined) {
    return "holds a secret; secrets come from the environment or from the files of the provider's own tools";
  }
  return undefined;
}

function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return /[\x00-\x1f\x7f]/.test(text);
}
