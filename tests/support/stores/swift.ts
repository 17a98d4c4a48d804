import type { S3Server } from '../s3-server.ts';
import { type Lack, lackOfTools } from '../skip.ts';
import { startStoreScript } from './real-store.ts';

/** Swift's S3 interface: 501 for each condition of a write. Five seconds and more to start. */

export function lackOfSwift(): Lack {
  return lackOfTools(
    'swift-proxy-server',
    'swift-account-server',
    'swift-container-server',
    'swift-object-server',
    'setpriv',
  );
}

export function startSwift(): Promise<S3Server> {
  return startStoreScript('swift.sh', {
    ports: 4,
    credentials: { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
  });
}
