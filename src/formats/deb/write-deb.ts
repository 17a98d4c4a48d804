import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { writeAr } from '../../codec/ar.ts';
import { escapesFolder } from '../../codec/tar-path.ts';
import { type TarWriteEntry, writeTar } from '../../codec/tar-writer.ts';
import { encodeXz, type XzPreset } from '../../codec/xz-encoder.ts';

/** A file of a package. */
export interface DebFile {
  /** Below the root of the system: `usr/bin/hello`; `./` or `/` before it is fine. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits; default 0o644. */
  readonly mode?: number;
}

/** What goes into a package. */
export interface DebContents {
  /** The control file as it is, deb-control(5); a missing final newline is added, nothing is checked. */
  readonly control: string;
  readonly files: readonly DebFile[];
  /** Of both archives; default `gzip`. */
  readonly compression?: 'gzip' | 'none' | 'zstd' | 'xz';
  /** As of xz, default 6. */
  readonly xzPreset?: XzPreset;
  /** The one date in the package, seconds since 1970; default 0. */
  readonly mtimeSeconds?: number;
}

/**
 * Makes a `.deb`: deb(5). The same contents give the same bytes, in whatever order the files come. Answers at once but for
 * xz. For packages of a few files: all of it is in memory.
 */
export function writeDeb(contents: DebContents): Uint8Array | Promise<Uint8Array> {
  const mtimeSeconds = contents.mtimeSeconds ?? 0;
  const files = sortedFiles(contents.files);
  const control = writeTar(controlEntries(contents.control, files), { mtimeSeconds });
  const data = writeTar(dataEntries(files), { mtimeSeconds });
  const compression = contents.compression ?? 'gzip';
  const pack = (archives: readonly [Uint8Array, Uint8Array]): Uint8Array =>
    writeAr(
      [
        { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
        { name: `control.tar${SUFFIXES[compression]}`, bytes: archives[0] },
        { name: `data.tar${SUFFIXES[compression]}`, bytes: archives[1] },
      ],
      { mtimeSeconds },
    );
  if (compression === 'xz') {
    const preset = contents.xzPreset ?? XZ_PRESET;
    return Promise.all([encodeXz(control, { preset }), encodeXz(data, { preset })]).then(pack);
  }
  return pack([compress(compression, control), compress(compression, data)]);
}

const XZ_PRESET: XzPreset = 6;
const SUFFIXES = { gzip: '.gz', none: '', zstd: '.zst', xz: '.xz' } as const;

function compress(compression: 'gzip' | 'none' | 'zstd', bytes: Uint8Array): Uint8Array {
  if (compression === 'none') return bytes;
  return compression === 'gzip' ? gzipSync(bytes) : zstdCompressSync(bytes);
}

function sortedFiles(files: readonly DebFile[]): readonly DebFile[] {
  const plain = files.map((file) => ({ ...file, path: file.path.replace(/^(\.?\/)+/, '') }));
  for (const { path } of plain) {
    if (path === '' || path.endsWith('/') || escapesFolder(path))
      throw new Error(`Not a path of a file: ${path}`);
  }
  plain.sort((a, b) => (a.path < b.path ? -1 : 1));
  const twin = plain.find((file, index) => file.path === plain[index + 1]?.path);
  if (twin !== undefined) throw new Error(`Two files have the path ${twin.path}`);
  return plain;
}

function controlEntries(control: string, files: readonly DebFile[]): TarWriteEntry[] {
  const text = control.endsWith('\n') ? control : `${control}\n`;
  const entries: TarWriteEntry[] = [
    { path: './', type: 'directory' },
    { path: './control', bytes: Buffer.from(text, 'utf8') },
  ];
  if (files.length > 0) {
    const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
    const sums = files.map((file) => `${md5(file.bytes)}  ${file.path}\n`).join('');
    entries.push({ path: './md5sums', bytes: Buffer.from(sums, 'utf8') });
  }
  return entries;
}

/** Every folder comes before what is in it: dpkg wants that. */
function dataEntries(files: readonly DebFile[]): TarWriteEntry[] {
  const entries: TarWriteEntry[] = [{ path: './', type: 'directory' }];
  const folders = new Set<string>();
  for (const { path, bytes, mode } of files) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = `./${path.slice(0, slash)}/`;
      if (folders.has(folder)) continue;
      folders.add(folder);
      entries.push({ path: folder, type: 'directory' });
    }
    entries.push({ path: `./${path}`, bytes, ...(mode === undefined ? {} : { mode }) });
  }
  return entries;
}
