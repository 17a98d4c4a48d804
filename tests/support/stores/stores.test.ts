import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcomeOf, send } from '../fake-s3/fake-s3-kit.ts';
import type { S3Server } from '../s3-server.ts';
import { describeWith, type Lack } from '../skip.ts';
import { lackOfCeph, startCeph } from './ceph.ts';
import { startS3rver } from './s3rver.ts';
import { lackOfSwift, startSwift } from './swift.ts';

/** What the driver's probes will meet. */
const STORES: readonly {
  readonly name: string;
  readonly lack: Lack;
  readonly start: () => Promise<S3Server>;
  /** The answer to a second `If-None-Match: *`, to a right quoted `If-Match` and to the same without quotes. */
  readonly answers: readonly string[];
}[] = [
  {
    name: 'Ceph',
    lack: lackOfCeph(),
    start: startCeph,
    answers: ['412 PreconditionFailed', '412 PreconditionFailed', '200'],
  },
  {
    name: 'Swift',
    lack: lackOfSwift(),
    start: startSwift,
    answers: ['501 NotImplemented', '501 NotImplemented', '501 NotImplemented'],
  },
  { name: 's3rver', lack: undefined, start: startS3rver, answers: ['200', '200', '200'] },
];

for (const { name, lack, start, answers } of STORES) {
  describeWith(`${name} as a store`, lack, () => {
    let store: S3Server;
    beforeAll(async () => {
      store = await start();
    });
    afterAll(async () => {
      await store.stop();
    });

    test('what it makes of conditions', async () => {
      const put = (headers: Record<string, string>) => send(store, 'PUT', { path: 'a', body: 'x', headers });
      const etag = (await put({})).headers.get('etag') ?? '';
      const conditions = [
        { 'if-none-match': '*' },
        { 'if-match': etag },
        { 'if-match': etag.replaceAll('"', '') },
      ];
      const found: string[] = [];
      for (const headers of conditions) found.push(await outcomeOf(await put(headers)));
      expect(found).toEqual(answers);
    });

    test('an object comes back as it was sent', async () => {
      const headers = { 'cache-control': 'no-cache', 'content-type': 'text/plain', 'x-amz-meta-rev': '7' };
      await send(store, 'PUT', { path: 'b/c', body: 'hello', headers });
      const answer = await send(store, 'GET', { path: 'b/c' });
      expect(await answer.text()).toBe('hello');
      for (const [header, value] of Object.entries(headers)) expect(answer.headers.get(header)).toBe(value);
    });
  });
}
