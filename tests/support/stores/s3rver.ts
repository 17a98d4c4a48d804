import S3rver from '@20minutes/s3rver';
import type { S3Server } from '../s3-server.ts';
import { createTempDir } from '../temp.ts';
import { createBucket } from './real-store.ts';

/** A store that takes every condition and looks at none. It runs in this process. */
export async function startS3rver(): Promise<S3Server> {
  const dir = await createTempDir('s3rver');
  // Without allowMismatchedSignatures it refuses what current SDKs sign.
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: dir.path,
    silent: true,
    allowMismatchedSignatures: true,
  });
  const { port } = await server.run();
  const stop = async (): Promise<void> => {
    await server.close();
    await dir[Symbol.asyncDispose]();
  };
  return createBucket(`http://127.0.0.1:${port}`, { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }, stop);
}
