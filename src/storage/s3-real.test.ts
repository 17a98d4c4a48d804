import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bucketSubject,
  OF_BUCKETS,
  WITHOUT_CREATE,
  WITHOUT_LOCK,
  WITHOUT_REPLACE,
} from '../../tests/support/bucket-subject.ts';
import { openS3 } from '../../tests/support/open-s3.ts';
import type { S3Server } from '../../tests/support/s3-server.ts';
import { describeWith, type Lack } from '../../tests/support/skip.ts';
import { testStorage } from '../../tests/support/storage-subjects.ts';
import { lackOfCeph, startCeph } from '../../tests/support/stores/ceph.ts';
import { startS3rver } from '../../tests/support/stores/s3rver.ts';
import { lackOfSwift, startSwift } from '../../tests/support/stores/swift.ts';
import type { Deviations } from '../testing/storage-case.ts';

const OF_SWIFT: Deviations = {
  'a list of many pages is whole, and may be left early': 'it needs more than a minute for so many objects',
};

/** No store for anybody: it stands for those that take every condition and keep none. */
const OF_S3RVER: Deviations = {
  'every other key keeps its object apart from all others':
    'its files have names of 255 bytes with their ending',
  'a range gives its bytes, as far as the object has them': 'it announces what lies beyond the end',
  'a reader has the object that it opened, whatever happens to the key': 'it changes files in place',
  'a reader never sees half of a write': 'it changes files in place',
  'keys come in the order of their bytes, across folders': 'it lists folder by folder',
  'a prefix is a plain beginning of keys': 'it lists folder by folder',
  'startAfter leaves out that key and all before it, whether it exists or not': 'it lists folder by folder',
  'a list of many pages is whole, and may be left early': 'its second page is an error',
};

/** Servers that other people wrote. What they do not promise is left out by its capability; what they do otherwise is named. */
const STORES: readonly {
  readonly name: string;
  readonly lack: Lack;
  readonly start: () => Promise<S3Server>;
  /** What many writers are told who want to write there; undefined: they are welcome. */
  readonly refusal: RegExp | undefined;
  readonly deviations: Deviations;
}[] = [
  { name: 'Ceph', lack: lackOfCeph(), start: startCeph, refusal: undefined, deviations: {} },
  { name: 'Swift', lack: lackOfSwift(), start: startSwift, refusal: /it refuses them/, deviations: OF_SWIFT },
  { name: 's3rver', lack: undefined, start: startS3rver, refusal: /it ignores them/, deviations: OF_S3RVER },
];

for (const { name, lack, start, refusal, deviations } of STORES) {
  describeWith(`a bucket in ${name} keeps the promises of the port`, lack, () => {
    let server: S3Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());

    testStorage(
      bucketSubject(() => server, { writers: refusal === undefined ? 'many' : 'one' }),
      { ...OF_BUCKETS, ...deviations },
      refusal === undefined ? WITHOUT_LOCK : [...WITHOUT_LOCK, ...WITHOUT_CREATE, ...WITHOUT_REPLACE],
    );

    test('many writers are welcome only where conditions are kept', async () => {
      const storage = await openS3(server, { prefix: 'many' });
      const error = await storage.write('a', new Uint8Array()).catch((reason: unknown) => reason);
      if (refusal === undefined) expect(error).toMatchObject({ key: 'a' });
      else expect(error).toMatchObject({ code: 'STORE_UNSAFE', message: expect.stringMatching(refusal) });
    });
  });
}
