/** `pakhus verify --live` and apt agree on what a web server does: its errors are apt's failures, its warnings are not. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import type { Fault } from '../../support/http-server.ts';
import { createPublishedRepository, type PublishedRepository } from '../../support/published-repository.ts';
import { succeeded } from '../../support/run-command.ts';
import { describeWith, lackOfTool } from '../../support/skip.ts';

const DEMO = { name: 'demo', version: '1.0', architecture: 'all' };
const ENTRY = /\/InRelease$/;
const INDEXES = /\/Packages(\.\w+)?$|\/by-hash\//;

/** What the server does with a file; `bytes` are the right ones. */
type Treatment = (bytes: Buffer) => Fault;

function treat(repository: PublishedRepository, files: RegExp, treatment: Treatment): void {
  repository.server.setHook(async (path) =>
    files.test(path) ? treatment(await readFile(join(repository.store, path))) : undefined,
  );
}

const FAILURES: readonly (readonly [what: string, files: RegExp, treatment: Treatment, code: string])[] = [
  ['refuses the entry', ENTRY, () => ({ kind: 'status', status: 403 }), 'live-forbidden'],
  ['sends a web page', ENTRY, () => ({ kind: 'body', body: Buffer.from('<html></html>') }), 'live-altered'],
  [
    'compresses on the way',
    ENTRY,
    (bytes) => ({ kind: 'body', body: gzipSync(bytes), headers: { 'content-encoding': 'gzip' } }),
    'live-encoded',
  ],
  [
    'sends half of the indexes',
    INDEXES,
    (bytes) => ({ kind: 'body', body: bytes.subarray(0, bytes.length >> 1) }),
    'live-truncated',
  ],
];

const BEARABLE: readonly (readonly [what: string, files: RegExp, treatment: Treatment, code: string])[] = [
  ['says nothing of caches', /none/, () => ({ kind: 'headers', headers: {} }), 'live-cacheable'],
  [
    'calls indexes compressed on the way',
    INDEXES,
    () => ({ kind: 'headers', headers: { 'content-encoding': 'gzip' } }),
    'live-encoding-header',
  ],
  [
    'has no dates',
    ENTRY,
    () => ({ kind: 'headers', headers: { 'last-modified': undefined } }),
    'live-undated',
  ],
];

/** Exit code, and the codes of what was found. */
async function verifyLive({ pakhus }: PublishedRepository) {
  const { code, stdout } = await pakhus.run('verify', '--live');
  return { code, stdout };
}

for (const { name, lack, client } of await aptClients()) {
  describeWith(`${name}, and verify --live, where a web server`, lack ?? lackOfTool('dpkg-deb'), () => {
    test.each(FAILURES)('%s: both fail', async (_what, files, treatment, code) => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO]);
      treat(repository, files, treatment);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      expect((await apt.update()).code).toBe(100);
      expect(await verifyLive(repository)).toEqual({
        code: 12,
        stdout: expect.stringContaining(`(${code})`),
      });
    });

    test.each(BEARABLE)('%s: apt installs, and there is a warning', async (_what, files, treatment, code) => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO]);
      treat(repository, files, treatment);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      succeeded(await apt.install('demo'));
      expect(await verifyLive(repository)).toEqual({ code: 0, stdout: expect.stringContaining(`(${code})`) });
    });

    test('says that nothing is new: apt misses the update', async () => {
      await using repository = await createPublishedRepository();
      await repository.publish([DEMO]);
      await using apt = await createAptRoot(client(), { sources: await repository.sources() });
      succeeded(await apt.update());
      repository.server.setHook((path, { headers }) =>
        ENTRY.test(path) && 'if-modified-since' in headers ? { kind: 'status', status: 304 } : undefined,
      );
      await repository.publish([{ ...DEMO, version: '2.0' }]);
      succeeded(await apt.update());
      expect((await apt.policy('demo')).candidate).toBe('1.0');
      expect(await verifyLive(repository)).toEqual({
        code: 12,
        stdout: expect.stringContaining('(live-not-modified)'),
      });
    });
  });
}
