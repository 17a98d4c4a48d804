/**
 * The metadata of a package, and what a database says of it. Both are blocks in the order in which repo-add writes them:
 *
 * ```
 * %FILENAME%                   in a database: of the file beside it
 * wicket-1.0-1-any.pkg.tar.zst
 *
 * %NAME%
 * wicket
 * …
 * %CSIZE%                      in a database only, like %SHA256SUM%
 * 1703
 * …
 * %FILES%                      in the metadata the last block; in a database a file of its own
 * usr/
 * usr/bin/
 * ```
 */
import type { PackageRecord } from '../format.ts';
import type { Pkginfo } from './pkginfo.ts';

/** As repo-add writes them. */
const ORDER = [
  'FILENAME',
  'NAME',
  'BASE',
  'VERSION',
  'DESC',
  'GROUPS',
  'CSIZE',
  'ISIZE',
  'SHA256SUM',
  'PGPSIG',
  'URL',
  'LICENSE',
  'ARCH',
  'BUILDDATE',
  'PACKAGER',
  'REPLACES',
  'CONFLICTS',
  'PROVIDES',
  'DEPENDS',
  'OPTDEPENDS',
  'MAKEDEPENDS',
  'CHECKDEPENDS',
] as const;

/** A block of a database. */
export type DescKey = (typeof ORDER)[number];
/** The values of each block, in any order. */
export type Desc = Readonly<Partial<Record<DescKey, readonly string[]>>>;

const FILES_HEAD = '%FILES%\n';

/** What the package itself says; `fileName` is what it is usually called. */
export function descOf(
  { naming, single, lists }: Pkginfo,
  { fileName }: { readonly fileName: string },
): Desc {
  const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
  return {
    FILENAME: [fileName],
    NAME: [naming.pkgname],
    BASE: one(single.pkgbase),
    VERSION: [naming.pkgver],
    DESC: one(single.pkgdesc),
    GROUPS: lists.group,
    ISIZE: one(single.size),
    URL: one(single.url),
    LICENSE: lists.license,
    ARCH: [naming.arch],
    BUILDDATE: one(single.builddate),
    PACKAGER: one(single.packager),
    REPLACES: lists.replaces,
    CONFLICTS: lists.conflict,
    PROVIDES: lists.provides,
    DEPENDS: lists.depend,
    OPTDEPENDS: lists.optdepend,
    MAKEDEPENDS: lists.makedepend,
    CHECKDEPENDS: lists.checkdepend,
  };
}

/** The metadata of a package. `files`: as in a database, see `listFiles`. */
export function writeMetadata(desc: Desc, files: readonly string[]): string {
  return `${writeBlocks(desc)}${FILES_HEAD}${files.map((file) => `${file}\n`).join('')}`.slice(0, -1);
}

/** A metadata text with these blocks in the place of its own. */
export function withBlocks(metadata: string, blocks: Desc): string {
  return writeBlocks({ ...readDesc(metadata), ...blocks }) + split(metadata).files;
}

/** The blocks of a metadata text, without the list of files. */
export function readDesc(metadata: string): Desc {
  return toDesc(parseBlocks(split(metadata).blocks));
}

/** The values of blocks by their names, whatever these are; a block that is there twice counts as it stands last. */
export function parseBlocks(text: string): ReadonlyMap<string, readonly string[]> {
  const blocks = new Map<string, readonly string[]>();
  for (const block of text.split(/\n{2,}/)) {
    const [head = '', ...values] = block.split('\n');
    const name = /^%([^%]+)%$/.exec(head)?.[1];
    if (name !== undefined)
      blocks.set(
        name,
        values.filter((value) => value !== ''),
      );
  }
  return blocks;
}

/** Those that a database has. */
export function toDesc(blocks: ReadonlyMap<string, readonly string[]>): Desc {
  const desc: Partial<Record<DescKey, readonly string[]>> = {};
  for (const key of ORDER) {
    const values = blocks.get(key);
    if (values !== undefined) desc[key] = values;
  }
  return desc;
}

/** The file `desc` of a database: the blocks of the metadata, with those of the file in their places. */
export function renderDesc({ path, sizeBytes, sha256, metadata }: PackageRecord): string {
  const { blocks } = split(metadata);
  const part = (from: DescKey, to: DescKey): string =>
    blocks.slice(startAfter(blocks, from), startAfter(blocks, to));
  return [
    `%FILENAME%\n${fileNameOf(path)}\n\n`,
    part('FILENAME', 'CSIZE'),
    `%CSIZE%\n${sizeBytes}\n\n`,
    part('CSIZE', 'SHA256SUM'),
    `%SHA256SUM%\n${sha256}\n\n`,
    blocks.slice(startAfter(blocks, 'SHA256SUM')),
  ].join('');
}

/** When it was built, seconds since 1970; 0 where nothing is said. */
export function buildDateOf({ metadata }: Pick<PackageRecord, 'metadata'>): number {
  return Number(/\n%BUILDDATE%\n([0-9]+)\n/.exec(metadata)?.[1] ?? 0);
}

/** The file `files` of a database. */
export function renderFiles({ metadata }: Pick<PackageRecord, 'metadata'>): string {
  return `${split(metadata).files}\n`;
}

/** A package lies beside its database, so its name is all that clients know of its path. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function writeBlocks(desc: Desc): string {
  let text = '';
  for (const key of ORDER) {
    const values = desc[key] ?? [];
    if (values.length > 0) text += `%${key}%\n${values.join('\n')}\n\n`;
  }
  return text;
}

/** Where the first block that comes after `key` begins. */
function startAfter(blocks: string, key: DescKey): number {
  for (let at = ORDER.indexOf(key) + 1; at < ORDER.length; at++) {
    const start = blocks.indexOf(`\n\n%${ORDER[at]}%\n`);
    if (start !== -1) return start + 2;
  }
  return blocks.length;
}

/** Only a block begins so after an empty line, the list of files too: no value is empty. */
function split(metadata: string): { readonly blocks: string; readonly files: string } {
  const at = metadata.indexOf(`\n\n${FILES_HEAD.trimEnd()}`) + 2;
  return { blocks: metadata.slice(0, at), files: metadata.slice(at) };
}
