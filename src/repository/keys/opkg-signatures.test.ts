/** Signatures of a repository for opkg: one for each index, and keys that take over. */
import { expect, test } from 'vitest';
import {
  createOpkgUser,
  feedFolder,
  findingsOf,
  namesIn,
  publishIpks,
  type QuickIpk,
} from '../../../tests/support/opkg-kit.ts';
import { flipByte, keysOf, type TestUser } from '../../../tests/support/test-repository.ts';
import { readBytes } from '../../storage/read-all.ts';
import { openTail } from '../read-repository.ts';
import { repairRepository } from '../verify/repair.ts';
import { rotateKey } from './rotate-key.ts';

const ARM: QuickIpk = { name: 'tool', architecture: 'arm_v7' };
const MIPS: QuickIpk = { name: 'tool', architecture: 'mips_24kc' };
const signed = async (user: TestUser): Promise<readonly string[]> => {
  const { signed: record } = (await openTail(await user.open('opkg'))).revision;
  const { manifest } = (await openTail(await user.open('opkg'))).revision;
  return manifest.pointers.filter(({ since }) => since === record.record.rev).map(({ path }) => path);
};

test('an index that did not change keeps its files, and its signature right after it', async () => {
  await using user = await createOpkgUser();
  await publishIpks(user, [ARM, MIPS]);
  await publishIpks(user, [{ ...ARM, version: '2.0' }]);
  const names = ['Packages.manifest', 'index.json', 'Packages', 'Packages.sig', 'Packages.gz'];
  const indexes = names.map((name) => `stable/packages/arm_v7/main/${name}`);
  expect(await signed(user)).toEqual(['index.html', ...indexes]);
});

test('a key is replaced in three steps; devices that know both are content all the time', async () => {
  await using user = await createOpkgUser();
  await publishIpks(user, [ARM]);
  const folder = feedFolder('arm_v7');
  const idOf = async (): Promise<string> =>
    Buffer.from(
      Buffer.from(await readBytes(user.store, `${folder}/Packages.sig`, { limitBytes: 1000 }))
        .toString()
        .split('\n')[1] ?? '',
      'base64',
    ).toString('hex', 2, 10);
  const keys = async (): Promise<readonly string[]> =>
    (await keysOf(user.store, 'opkg/keys/')).map((key) => key.slice('opkg/keys/'.length));
  const rotate = async () =>
    rotateKey(
      await user.open('opkg'),
      { step: undefined, key: undefined, old: undefined, expiresDays: undefined, dryRun: false },
      user.options,
    );
  const old = await idOf();
  const { signers } = await rotate();
  const next = signers[1]?.fingerprint ?? '';
  expect([await idOf(), (await keys()).toSorted()]).toEqual([old, [old, next].sort()]);
  await rotate();
  expect([await idOf(), (await keys()).toSorted()]).toEqual([next, [old, next].sort()]);
  await rotate();
  const { manifest } = (await openTail(await user.open('opkg'))).revision;
  const paths = manifest.pointers.map(({ path }) => path).filter((path) => path.startsWith('keys/'));
  expect([await idOf(), paths]).toEqual([next, [`keys/${next}`]]);
  expect(await namesIn(user.store, folder)).toEqual(['tool 1.0']);
  expect(await findingsOf(user)).toEqual([]);
});

test('one that is damaged is found and repaired', async () => {
  await using user = await createOpkgUser();
  await publishIpks(user, [ARM]);
  await flipByte(user.store, `${feedFolder('arm_v7')}/Packages.sig`);
  expect(await findingsOf(user)).toEqual([
    expect.stringMatching(/^signature .*Packages\.sig/),
    expect.stringMatching(/^pointer .*Packages\.sig/),
  ]);
  await repairRepository(await user.open('opkg'), { ...user.options, dryRun: false });
  expect(await findingsOf(user)).toEqual([]);
});
