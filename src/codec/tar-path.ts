/**
 * True when `path`, taken from an archive, could lead out of the folder that it is unpacked into: when one of its
 * segments is `..`. Leading `/` and `./` are usual in packages and are dropped by the unpackers, so they are fine here.
 */
export function escapesFolder(path: string): boolean {
  return path.includes('..') && path.split('/').includes('..');
}
