import { afterAll, beforeAll, describe } from 'vitest';
import {
  bucketSubject,
  OF_BUCKETS,
  WITHOUT_CREATE,
  WITHOUT_LOCK,
  WITHOUT_REPLACE,
} from '../../tests/support/bucket-subject.ts';
import { type FakeS3, startFakeS3 } from '../../tests/support/fake-s3/fake-s3.ts';
import type { FakeS3Mode } from '../../tests/support/fake-s3/semantics.ts';
import { testStorage } from '../../tests/support/storage-subjects.ts';

/** What a kind of store does not promise. */
const KINDS: readonly (readonly [FakeS3Mode, readonly string[]])[] = [
  ['honest', []],
  ['ceph', []],
  ['create-only', WITHOUT_REPLACE],
  ['none', [...WITHOUT_CREATE, ...WITHOUT_REPLACE]],
  ['liar', [...WITHOUT_CREATE, ...WITHOUT_REPLACE]],
];

/** What conditions have nothing to do with. */
const TOLD = {
  'a list of many pages is whole, and may be left early': 'told of the honest store',
  'startAfter leaves out that key and all before it, whether it exists or not': 'told of the honest store',
};

describe.each(KINDS)('a bucket in a store of the kind %s keeps the promises of the port', (mode, left) => {
  let server: FakeS3;
  beforeAll(async () => {
    server = await startFakeS3({ mode });
  });
  afterAll(() => server.stop());

  const create = bucketSubject(() => server, {
    writers: left.includes(WITHOUT_CREATE[0] ?? '') ? 'one' : 'many',
    leftovers: () =>
      [...(server.find(server.bucket)?.uploads.keys() ?? [])].map((id) => `unfinished upload ${id}`),
  });
  testStorage(create, mode === 'honest' ? OF_BUCKETS : { ...OF_BUCKETS, ...TOLD }, [
    ...WITHOUT_LOCK,
    ...left,
  ]);
});
