/** A repository that deb-s3 keeps in a bucket, taken over there. */
import { expect, test } from 'vitest';
import { readAsClient } from '../../support/apt-reader.ts';
import { createCliSession } from '../../support/cli-session.ts';
import { startFakeS3 } from '../../support/fake-s3/fake-s3.ts';
import { giveForeignKey, writeForeignSuite } from '../../support/foreign-repository.ts';
import { openS3 } from '../../support/open-s3.ts';
import { keysOf } from '../../support/test-repository.ts';

const HELLO = { name: 'hello', architecture: 'all', path: 'pool/bookworm/h/he/hello_1.0_all.deb' };
const LIBRARY = { name: 'libc++', path: 'pool/bookworm/l/li/libc++_1.0_amd64.deb' };

test.each(['', 'apt'])('with the prefix %j', { timeout: 60_000 }, async (prefix) => {
  await using s3 = await startFakeS3();
  await using session = await createCliSession(s3.env);
  const store = await openS3(s3, { prefix });
  await writeForeignSuite(
    { store, folder: session.home, clock: session.clock },
    { packages: [HELLO, LIBRARY], release: { Suite: '', Origin: undefined, Label: undefined } },
    '',
  );
  await giveForeignKey({ folder: session.home });
  const before = await keysOf(store);
  s3.clearRequests();
  expect(await session.run('import', s3.location(prefix), '--to', 'tools')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Took over 2 packages'),
  });
  expect(
    s3.requests.filter(({ method, key }) => !['GET', 'HEAD'].includes(method) && key.includes('pool/')),
  ).toEqual([]);
  await session.deb({ name: 'fresh' });
  expect(await session.run('publish', 'fresh_1.0_amd64.deb', '--to', 'tools')).toMatchObject({ code: 0 });
  expect(await keysOf(store)).toEqual(
    expect.arrayContaining([...before, 'pool/main/f/fresh/fresh_1.0_amd64.deb']),
  );
  expect((await readAsClient(store, '', 'bookworm'))?.packages).toEqual([
    'fresh 1.0',
    'hello 1.0',
    'libc++ 1.0',
  ]);
  expect(await session.run('verify', 'tools')).toMatchObject({ code: 0 });
});
