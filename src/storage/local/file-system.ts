/** What is known of a file system by its type: the `f_type` of statfs(2), numbers from linux/magic.h and the drivers' sources. */
import { statfsSync } from 'node:fs';

/** What a directory's file system can promise. */
export interface FileSystem {
  /** Why two writers cannot be kept apart on it; undefined when they can. */
  readonly unsafe?: string;
  /** It lives in memory: there is nothing to bring to a disk. */
  readonly volatile: boolean;
}

/** Locks, hard links or caches of these are not what they are on a disk of this machine. */
const UNSAFE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x564c, 'NCP'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x786f4256, 'VirtualBox shared folder'],
  [0xbacbacbc, 'VMware shared folder'],
  [0x4d44, 'FAT'],
  [0x2011bab0, 'exFAT'],
]);

/** tmpfs and ramfs. */
const VOLATILE: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** Asks the system about the file system of `folder`. Elsewhere than on Linux the numbers mean nothing: taken as a safe disk. */
export function inspectFileSystem(folder: string): FileSystem {
  if (process.platform !== 'linux') return { volatile: false };
  return describeFileSystem(statfsSync(folder).type);
}

/** The same from the number itself. */
export function describeFileSystem(type: number): FileSystem {
  const number = type >>> 0;
  const unsafe = UNSAFE.get(number);
  return { volatile: VOLATILE.has(number), ...(unsafe === undefined ? {} : { unsafe }) };
}
