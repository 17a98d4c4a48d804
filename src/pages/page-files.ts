/**
 * Pages about packages, beside the `index.html` of a repository. Their names tell what is in them, so they never change, and are shared
 * by all channels that hold the same packages.
 *
 * ```
 * index.html              a pointer: what the repository holds, how it is set up
 *  └─ pages/<hex>.html    a run of several leaves: which names are where
 *      └─ pages/<hex>.html    a leaf: its packages, by name; what the search reads
 *          └─ pages/<hex>.html    some 20 of them with all that is to be known
 * ```
 * A name is a digest of what the page is made from: the packages, and the look, which stands for all that is not packages. So names
 * are known without rendering anything, and adding a package to a leaf writes one page of each kind.
 */
import { createHash } from 'node:crypto';
import { encodeRecord } from '../catalog/leaf.ts';
import { hashKey } from '../catalog/package-key.ts';
import type { PackageRecord } from '../formats/format.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** Below the repository's folder. */
const FOLDER = 'pages/';
const NAME = /^pages\/[0-9a-f]{24}\.(html|css|js)$/;
/** To be counted up when pages come to say something else of the same packages, so that they get other names. */
const EDITION = 1;

const SHEET_MIN_PACKAGES = 8;
const SHEET_MAX_PACKAGES = 32;
/** Past the minimum, one package in this many ends a sheet: 20 packages on average. */
const SHEET_ONE_IN = 12;
/** Of JSON: a sheet of packages with huge metadata is full sooner. */
const SHEET_MAX_CHARACTERS = 32 * 1024;

/** A file, and its path below the repository's folder. */
export interface PageFile {
  readonly path: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** The packages of one sheet. */
export interface Sheet {
  readonly path: string;
  readonly records: readonly PackageRecord[];
}

/** The pages of a leaf. */
export interface LeafPages {
  /** The list of its packages. */
  readonly path: string;
  readonly sheets: readonly Sheet[];
}

/** True for a name that pakhus gives to such files. */
export function isPagePath(path: string): boolean {
  return NAME.test(path);
}

/** By its path. */
export function pageContentType(path: string): string {
  const type = path.endsWith('.css') ? 'css' : path.endsWith('.js') ? 'javascript' : 'html';
  return `text/${type}; charset=utf-8`;
}

/** Files that all pages use. */
export interface Assets {
  readonly style: PageFile;
  readonly script: PageFile;
  /** Of them and of how pages are made: part of what names are made from. */
  readonly look: string;
}

export function pageAssets(): Assets {
  const style = pageFile(pathOf([STYLE], 'css'), STYLE);
  const script = pageFile(pathOf([SCRIPT], 'js'), SCRIPT);
  return { style, script, look: digestOf([String(EDITION), style.path, script.path]) };
}

export function pageFile(path: string, text: string): PageFile {
  return { path, contentType: pageContentType(path), bytes: Buffer.from(text) };
}

/** The list of a leaf's packages. `leaf`: its digest. */
export function listPath(leaf: string, look: string): string {
  return pathOf([look, 'list', leaf]);
}

/** The pages of a leaf, by its digest and its packages in their order. */
export function planLeafPages(
  { leaf, records }: { readonly leaf: string; readonly records: readonly PackageRecord[] },
  look: string,
): LeafPages {
  const sheets: Sheet[] = [];
  let own: PackageRecord[] = [];
  let lines: string[] = [];
  let characters = 0;
  const flush = (): void => {
    if (own.length > 0) sheets.push({ path: pathOf([look, 'sheet', ...lines]), records: own });
    own = [];
    lines = [];
    characters = 0;
  };
  for (const record of records) {
    const line = encodeRecord(record);
    own.push(record);
    lines.push(line);
    characters += line.length;
    const isFull = own.length >= SHEET_MAX_PACKAGES || characters >= SHEET_MAX_CHARACTERS;
    // Other bits of the hash than those that cut leaves, whose last packages all have the same ones.
    const isCut = own.length >= SHEET_MIN_PACKAGES && (hashKey(record) >>> 16) % SHEET_ONE_IN === 0;
    if (isFull || isCut) flush();
  }
  flush();
  return { path: listPath(leaf, look), sheets };
}

/** Paths of all pages of a leaf. */
export function pathsOfLeaf(...input: Parameters<typeof planLeafPages>): readonly string[] {
  const { path, sheets } = planLeafPages(...input);
  return [path, ...sheets.map((sheet) => sheet.path)];
}

/** The name of a page with this text. */
export function pathOfText(text: string): string {
  return pathOf([text]);
}

function pathOf(parts: readonly string[], extension = 'html'): string {
  return `${FOLDER}${digestOf(parts)}.${extension}`;
}

function digestOf(parts: readonly string[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part).update('\n');
  return digest.digest('hex').slice(0, 24);
}
