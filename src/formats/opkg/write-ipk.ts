import { constants, gzipSync } from 'node:zlib';
import { type TarWriteEntry, writeTar } from '../../codec/tar-writer.ts';

/** What goes into a package. */
export interface IpkContents {
  /** The control file as it is; a missing final newline is added, nothing is checked. */
  readonly control: string;
  /** Entries of the data archive in their order, such as `./usr/bin/hello`. */
  readonly files: readonly TarWriteEntry[];
  /** The one date in the package, seconds since 1970; default 0. */
  readonly mtimeSeconds?: number;
}

/** The two archives of a package, not compressed. */
export interface IpkArchives {
  readonly control: Uint8Array;
  readonly data: Uint8Array;
}

/** Makes an `.ipk` as ipkg-build of OpenWrt does: the same contents give the same bytes. All of it is in memory. */
export function writeIpk({ control, files, mtimeSeconds = 0 }: IpkContents): Uint8Array {
  const text = control.endsWith('\n') ? control : `${control}\n`;
  const entries: TarWriteEntry[] = [
    { path: './', type: 'directory' },
    { path: './control', bytes: Buffer.from(text, 'utf8') },
  ];
  const archives = {
    control: writeTar(entries, { mtimeSeconds }),
    data: writeTar([{ path: './', type: 'directory' }, ...files], { mtimeSeconds }),
  };
  return packIpk(archives, { mtimeSeconds });
}

/** Puts two archives into the one form that every opkg reads. */
export function packIpk(
  { control, data }: IpkArchives,
  { mtimeSeconds }: { readonly mtimeSeconds: number },
): Uint8Array {
  const outer = writeTar(
    [
      { path: './debian-binary', bytes: Buffer.from('2.0\n') },
      { path: './data.tar.gz', bytes: gzip(data) },
      { path: './control.tar.gz', bytes: gzip(control) },
    ],
    { mtimeSeconds },
  );
  return gzip(outer);
}

function gzip(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
}
