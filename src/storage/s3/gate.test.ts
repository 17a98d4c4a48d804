import { expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from '../../../tests/support/fake-s3/fake-s3.ts';
import type { FakeS3Mode } from '../../../tests/support/fake-s3/semantics.ts';
import { openS3 } from '../../../tests/support/open-s3.ts';
import { readText } from '../read-all.ts';

const DAY_MS = 24 * 3600 * 1000;
const ONE = Buffer.from('one');

async function verdictIn(server: FakeS3): Promise<{ readonly conditions: object }> {
  const storage = await openS3(server, { writers: 'one' });
  const { verdicts } = JSON.parse(await readText(storage, '.pakhus/store.json', { limitBytes: 4096 }));
  return verdicts[0];
}

test.each<[FakeS3Mode, object]>([
  ['honest', { createIfAbsent: true, ifMatch: 'quoted', copies: true, uploads: true }],
  ['ceph', { createIfAbsent: true, ifMatch: 'bare', copies: false, uploads: false }],
  ['create-only', { createIfAbsent: true, ifMatch: 'none', copies: false, uploads: false }],
  ['none', { createIfAbsent: false, ifMatch: 'none', lack: expect.stringContaining('501') }],
  ['liar', { createIfAbsent: false, ifMatch: 'none', lack: 'it ignores them' }],
])('what is found of a store of the kind %s', async (mode, conditions) => {
  await using server = await startFakeS3({ mode });
  const storage = await openS3(server, { writers: 'one' });
  await storage.write('a', ONE);
  expect(await verdictIn(server)).toMatchObject({ bucket: 'packages', server: 'FakeS3', conditions });
  const { createIfAbsent, ifMatch } = conditions as { createIfAbsent: boolean; ifMatch: string };
  expect(storage.capabilities).toMatchObject({ createIfAbsent, replaceIfMatch: ifMatch !== 'none' });
  const left = server.find('packages')?.list('', { after: '', limit: 100 });
  expect(left?.map(({ key }) => key)).toEqual(['.pakhus/store.json', 'a']);
  expect(server.find('packages')?.uploads.size).toBe(0);
});

test.each<FakeS3Mode>(['none', 'liar'])(
  'a store of the kind %s is refused with exit code 11 and three ways out; reading is not',
  async (mode) => {
    await using server = await startFakeS3({ mode });
    const storage = await openS3(server);
    await expect(storage.stat('a')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
    const refusal = { code: 'STORE_UNSAFE', exitCode: 11, hint: expect.stringContaining('--propose-only') };
    await expect(storage.write('a', ONE)).rejects.toMatchObject(refusal);
    await expect(storage.write('a', ONE, { ifAbsent: true })).rejects.toMatchObject({
      hint: expect.stringMatching(/state:.*--single-writer/),
    });
    await expect((await openS3(server)).copy('a', 'b')).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
    await expect(storage.stat('a')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
  },
);

test.each([
  ['a single writer', { writers: 'one' } as const],
  ['whoever only proposes', { writers: 'proposer' } as const],
  ['a store whose ledger lies elsewhere', { holds: 'public' } as const],
])('%s may write to it', async (_name, options) => {
  await using server = await startFakeS3({ mode: 'liar' });
  const storage = await openS3(server, options);
  await storage.write('a', ONE, { ifAbsent: true });
  await expect(storage.write('a', ONE, { ifAbsent: true })).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
  expect(storage.capabilities.createIfAbsent).toBe(false);
});

test('reading commands try nothing, and whoever comes later asks for one object', async () => {
  await using server = await startFakeS3();
  const reader = await openS3(server);
  for await (const _ of reader.list('')) expect.fail('there is nothing');
  expect(server.requests.map(({ operation }) => operation)).toEqual(['GetObject', 'ListObjectsV2']);
  await reader.write('a', ONE);
  server.clearRequests();
  await (await openS3(server)).write('b', ONE, { ifAbsent: true });
  expect(server.requests.map(({ operation }) => operation)).toEqual(['GetObject', 'PutObject']);
});

test('several first writes at once try only once', async () => {
  await using server = await startFakeS3();
  const storage = await openS3(server);
  await Promise.all(['a', 'b', 'c'].map((key) => storage.write(key, ONE, { ifAbsent: true })));
  const verdicts = server.requests.filter(
    ({ method, key }) => method === 'PUT' && key === '.pakhus/store.json',
  );
  expect(verdicts).toHaveLength(1);
});

/** Requests of one more writer. */
async function requestsOfNext(server: FakeS3, options: Parameters<typeof openS3>[1] = {}): Promise<number> {
  server.clearRequests();
  await (await openS3(server, options)).write('a', ONE);
  return server.requests.length;
}

test('it is tried again after 30 days, for another server, and where the verdict is damaged or gone', async () => {
  await using server = await startFakeS3();
  const nextDay = (days: number) => ({ now: () => Date.now() + days * DAY_MS, sleep: async () => undefined });
  const FEW = 2;
  expect(await requestsOfNext(server)).toBeGreaterThan(20);
  expect(await requestsOfNext(server)).toBe(FEW);

  const plain = await openS3(server);
  const verdict = await readText(plain, '.pakhus/store.json', { limitBytes: 4096 });
  const rewrite = (change: (text: string) => string) =>
    plain.write('.pakhus/store.json', Buffer.from(change(verdict)));
  const old = new Date(nextDay(-31).now()).toISOString();
  for (const change of [
    (text: string) => text.replace(/"date": "[^"]*"/, `"date": "${old}"`),
    (text: string) => text.replace('FakeS3', 'FakeS3 2.0'),
    (text: string) => text.replace('"packages"', '"other"'),
    (text: string) => text.replace('"quoted"', '"curly"'),
    (text: string) => text.slice(0, -9),
    () => '[]',
  ]) {
    await rewrite(change);
    expect(await requestsOfNext(server)).toBeGreaterThan(20);
    expect(await requestsOfNext(server)).toBe(FEW);
  }
});

test('a store that is reached at two addresses is tried once at each', async () => {
  await using server = await startFakeS3();
  const inside = {
    env: server.env,
    location: (prefix?: string) => server.location(prefix).replace('127.0.0.1', 'localhost'),
  };
  for (const address of [server, inside]) await (await openS3(address)).write('a', ONE);
  expect(server.requests.length).toBeGreaterThan(40);
  server.clearRequests();
  for (const address of [server, inside]) await (await openS3(address)).write('a', ONE);
  expect(server.requests).toHaveLength(4);
});

test('a store that was refused is tried again: it may have learned it', async () => {
  await using server = await startFakeS3();
  await (await openS3(server)).write('a', ONE);
  const plain = await openS3(server);
  const verdict = await readText(plain, '.pakhus/store.json', { limitBytes: 4096 });
  const denying = verdict.replace('"createIfAbsent": true', '"createIfAbsent": false');
  await plain.write('.pakhus/store.json', Buffer.from(denying));
  await (await openS3(server)).write('b', ONE, { ifAbsent: true });
  expect(await verdictIn(server)).toMatchObject({ conditions: { createIfAbsent: true } });
});

test('a proposer writes into its folder, though it may read nothing', async () => {
  await using server = await startFakeS3();
  const policy = {
    Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::packages/inbox/ci/*' },
  };
  const env = server.addAccount('ci', JSON.stringify(policy));
  const storage = await openS3({ ...server, env }, { writers: 'proposer' });
  await storage.write('inbox/ci/1', ONE, { ifAbsent: true });
  await expect(storage.write('inbox/other/1', ONE, { ifAbsent: true })).rejects.toMatchObject({
    code: 'STORE_PERMISSION',
  });
});
