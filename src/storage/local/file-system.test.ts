import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { describeWith } from '../../../tests/support/skip.ts';
import { describeFileSystem, inspectFileSystem } from './file-system.ts';

/** Numbers of linux/magic.h and of the drivers' sources. */
test.each([
  ['ext4', 0xef53, {}],
  ['XFS', 0x58465342, {}],
  ['btrfs', 0x9123683e, {}],
  ['ZFS', 0x2fc12fc1, {}],
  ['overlay', 0x794c7630, {}],
  ['tmpfs', 0x01021994, { volatile: true }],
  ['ramfs', 0x858458f6, { volatile: true }],
  ['NFS', 0x6969, { unsafe: 'NFS' }],
  ['CIFS', 0xff534d42, { unsafe: 'CIFS' }],
  ['CIFS as a negative number', 0xff534d42 | 0, { unsafe: 'CIFS' }],
  ['SMB 2', 0xfe534d42, { unsafe: 'SMB' }],
  ['FUSE', 0x65735546, { unsafe: 'FUSE' }],
  ['9P', 0x01021997, { unsafe: '9P' }],
  ['CephFS', 0x00c36400, { unsafe: 'Ceph' }],
  ['FAT', 0x4d44, { unsafe: 'FAT' }],
])('%s', (_name, type, expected) => {
  expect(describeFileSystem(type)).toEqual({ volatile: false, ...expected });
});

describeWith('on this machine', existsSync('/dev/shm') ? undefined : 'there is no /dev/shm', () => {
  test('memory is told from a disk', () => {
    expect(inspectFileSystem('/dev/shm')).toEqual({ volatile: true });
    expect(inspectFileSystem(tmpdir()).unsafe).toBeUndefined();
  });
});
