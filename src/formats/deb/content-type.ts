const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.u?deb$/, 'application/vnd.debian.binary-package'],
  [/(^|\/)by-hash\/[^/]+\/[^/]+$/, 'application/octet-stream'],
  [/\.gz$/, 'application/gzip'],
  [/\.xz$/, 'application/x-xz'],
  [/\.zst$/, 'application/zstd'],
  [/(^|\/)Release\.gpg$/, 'application/pgp-signature'],
  [/\.(asc|gpg)$/, 'application/pgp-keys'],
  [/(^|\/)(Packages|Release|InRelease)$/, 'text/plain; charset=utf-8'],
];

/**
 * Content type of a public file of an apt repository. A `.gz` is a file that is called so, not a transfer encoding:
 * servers that send `Content-Encoding` with it break its digest.
 */
export function contentType(path: string): string {
  return TYPES.find(([pattern]) => pattern.test(path))?.[1] ?? 'application/octet-stream';
}
