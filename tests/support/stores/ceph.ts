import type { S3Server } from '../s3-server.ts';
import { type Lack, lackOfTools } from '../skip.ts';
import { startStoreScript } from './real-store.ts';

/** Ceph's gateway: conditions are kept on plain writes, with quirks. About two seconds to start, 180 MiB of memory. */

const CREDENTIALS = { accessKeyId: 'testaccess', secretAccessKey: 'testsecret' };

export function lackOfCeph(): Lack {
  return lackOfTools('ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin', 'setpriv');
}

export function startCeph(): Promise<S3Server> {
  return startStoreScript('ceph.sh', {
    ports: 2,
    credentials: CREDENTIALS,
    args: [CREDENTIALS.accessKeyId, CREDENTIALS.secretAccessKey],
  });
}
