import { send } from '../fake-s3/fake-s3-kit.ts';
import { type S3Server, s3Environment } from '../s3-server.ts';
import { type Lack, lackOfTools } from '../skip.ts';
import { startStoreScript } from './real-store.ts';

/** Ceph's gateway: conditions are kept on plain writes, with quirks. About two seconds to start, 180 MiB of memory. */

const CREDENTIALS = { accessKeyId: 'testaccess', secretAccessKey: 'testsecret' };

export function lackOfCeph(): Lack {
  return lackOfTools('ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin', 'setpriv');
}

/** `users`: others, who may do nothing yet. */
export function startCeph({ users = [] }: { readonly users?: readonly string[] } = {}): Promise<S3Server> {
  return startStoreScript('ceph.sh', {
    ports: 2,
    credentials: CREDENTIALS,
    args: [CREDENTIALS.accessKeyId, CREDENTIALS.secretAccessKey, ...users],
  });
}

/** Gives a user a policy, in IAM's way, and what a process needs to be that user. */
export async function allowUser(
  ceph: S3Server,
  name: string,
  policy: string,
): Promise<Readonly<Record<string, string>>> {
  const query = { Action: 'PutUserPolicy', PolicyName: 'test', UserName: name, PolicyDocument: policy };
  const answer = await send({ ...ceph, bucket: '' }, 'POST', {
    query: Object.entries(query)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join('&'),
  });
  if (!answer.ok) throw new Error(`no policy could be given: ${answer.status} ${await answer.text()}`);
  return s3Environment({ accessKeyId: name, secretAccessKey: `secret-of-${name}` }, ceph.region);
}
