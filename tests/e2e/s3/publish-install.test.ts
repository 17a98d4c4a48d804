/** A repository in a bucket, from its first publish to its repair, and what apt gets of it without any credentials. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAptRoot } from '../../support/apt.ts';
import { aptClients } from '../../support/apt-clients.ts';
import { createBucketRepository } from '../../support/bucket-repository.ts';
import { startFakeS3 } from '../../support/fake-s3/fake-s3.ts';
import { outcomeOf, send } from '../../support/fake-s3/fake-s3-kit.ts';
import { succeeded } from '../../support/run-command.ts';
import type { S3Server } from '../../support/s3-server.ts';
import { describeWith, type Lack, lackOfTool } from '../../support/skip.ts';
import { lackOfCeph, startCeph } from '../../support/stores/ceph.ts';

const SERVERS: readonly {
  readonly name: string;
  readonly lack: Lack;
  readonly start: () => Promise<S3Server>;
}[] = [
  { name: 'the small server of the tests', lack: undefined, start: () => startFakeS3() },
  { name: 'Ceph', lack: lackOfCeph(), start: startCeph },
];

const CLIENTS = await aptClients();

const DEMO = { name: 'demo', version: '1.0', fields: { Depends: 'libdemo++1' } };
const LIBRARY = { name: 'libdemo++1', version: '1.0+b1', architecture: 'all' };

for (const { name, lack, start } of SERVERS) {
  describeWith(`a bucket in ${name}`, lack ?? lackOfTool('dpkg-deb'), () => {
    let server: S3Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());
    const anonymous = async (key: string) =>
      outcomeOf(await fetch(`${server.endpoint}/${server.bucket}/${key}`));

    for (const { name: clientName, lack: noClient, client } of CLIENTS) {
      describeWith(clientName, noClient, () => {
        test('installs from it, and upgrades', async () => {
          const prefix = `apt/${client().name.replaceAll(/\W+/g, '-')}`;
          await using repository = await createBucketRepository(server, prefix);
          await repository.publish(DEMO, LIBRARY);
          await using apt = await createAptRoot(client(), { sources: await repository.sources() });
          expect(await apt.update()).toMatchObject({ code: 0, stderr: '' });
          succeeded(await apt.install('demo'));
          expect(await readFile(join(apt.path, 'usr/share/demo/version'), 'utf8')).toBe('demo 1.0\n');

          await repository.publish({ ...DEMO, version: '2.0~rc1' });
          succeeded(await apt.update());
          succeeded(await apt.upgrade());
          const installed = Object.fromEntries(await apt.installed());
          expect(installed).toEqual({ demo: '2.0~rc1', 'libdemo++1': '1.0+b1' });
        });
      });
    }

    test('the repository can be read by everybody, its state by nobody', async () => {
      await using repository = await createBucketRepository(server, 'access');
      await repository.publish(LIBRARY);
      expect(await anonymous(repository.keyOf('deb/dists/stable/InRelease'))).toBe('200');
      for (const path of ['.pakhus/store.json', '.pakhus/deb/log/0000000001.json'])
        expect(await anonymous(repository.keyOf(path))).toContain('403');
    });

    // A collection waits half a minute for deletes that may be on their way.
    test('it is verified, collected and repaired', { timeout: 240_000 }, async () => {
      await using repository = await createBucketRepository(server, 'mend');
      const { pakhus, keyOf } = repository;
      const version = (number: string) => ({ ...DEMO, fields: {}, version: number });
      await repository.publish(version('1.0'), version('2.0'));
      await pakhus.json('remove', 'deb/stable/main', 'demo=1.0');
      await repository.publish(version('3.0'));
      await repository.publish(version('4.0'));
      await pakhus.json('verify');

      const old = keyOf('deb/pool/main/d/demo/demo_1.0_amd64.deb');
      expect(await anonymous(old)).toBe('200');
      expect((await pakhus.run('gc', '--grace', '0s')).stdout).toMatch(/^deb: deleted \d+ files/);
      expect(await anonymous(old)).not.toBe('200');
      await pakhus.json('verify');

      const pointer = keyOf('deb/dists/stable/InRelease');
      await send(server, 'PUT', { path: pointer, body: 'damaged' });
      expect((await pakhus.run('verify')).code).toBe(12);
      await pakhus.json('repair');
      await pakhus.json('verify');
      expect(await anonymous(pointer)).toBe('200');
    });
  });
}
