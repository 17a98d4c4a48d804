import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestRepository, type TestUser } from '../../../tests/support/test-repository.ts';
import { readText } from '../../storage/read-all.ts';
import { applySettings } from '../apply-settings.ts';
import { openTail } from '../read-repository.ts';
import { verifyRepository } from '../verify/verify.ts';
import { type RotateInput, rotateKey } from './rotate-key.ts';

const NEXT: RotateInput = {
  step: undefined,
  key: undefined,
  old: undefined,
  expiresDays: undefined,
  dryRun: false,
};

async function rotate(user: TestUser, change: Partial<RotateInput> = {}) {
  return rotateKey(await user.open(), { ...NEXT, ...change }, user.options);
}

/** Signatures in InRelease and keys in key.asc. */
async function published(user: TestUser): Promise<{ readonly signatures: number; readonly keys: number }> {
  const text = (path: string) => readText(user.store, `deb/${path}`, { limitBytes: 1_000_000 });
  const { verifyClear } = await import('../../signing/verify.ts');
  const { content } = await openTail(await user.open());
  const nowMs = user.clock.now();
  const good: boolean[] = [];
  for (const { publicKey } of content.signers) {
    good.push(
      await verifyClear(Buffer.from(await text('dists/stable/InRelease')), {
        name: 'InRelease',
        publicKeys: [publicKey],
        nowMs,
      }).then(
        () => true,
        () => false,
      ),
    );
  }
  const { parsePublicKeys } = await import('../../signing/openpgp-key.ts');
  const openpgp = await import('openpgp');
  const keys = await parsePublicKeys(openpgp, { armored: await text('key.asc'), origin: 'key.asc' });
  return { signatures: good.filter(Boolean).length, keys: keys.length };
}

test('a key is announced, then both sign, then the old one goes', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
  const [old] = (await openTail(await user.open())).content.signers;

  const first = await rotate(user);
  expect(first).toMatchObject({ step: 'announce', signers: [{}, { stage: 'announced' }] });
  expect(await published(user)).toEqual({ signatures: 1, keys: 2 });

  expect(await rotate(user)).toMatchObject({ step: 'switch' });
  expect(await published(user)).toEqual({ signatures: 2, keys: 2 });

  const last = await rotate(user);
  expect(last).toMatchObject({ step: 'retire', signers: [{ fingerprint: first.signers[1]?.fingerprint }] });
  expect(last.signers[0]?.fingerprint).not.toBe(old?.fingerprint);
  expect(await published(user)).toEqual({ signatures: 1, keys: 1 });
  expect((await verifyRepository(await user.open(), user.options)).findings).toEqual([]);
  await user.publish([{ name: 'demo', version: '2.0', architecture: 'all' }]);
});

test('announce run again after a crash uses the key file that is there', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
  const repository = await user.open();
  const [old] = (await openTail(repository)).content.signers;
  if (old === undefined) throw new Error('nobody signs');
  const { signer } = await repository.keys.makeSuccessor(old, { nowMs: user.clock.now() });
  const { signers } = await rotate(user);
  expect(signers[1]?.fingerprint).toBe(signer.fingerprint);
});

test('a dry run makes no key and no revision', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
  const keys = () => readdir(join(user.folder, '.config/pakhus/keys'));
  const before = [await keys(), (await openTail(await user.open())).revision.digest];
  await rotate(user, { dryRun: true });
  expect([await keys(), (await openTail(await user.open())).revision.digest]).toEqual(before);
});

test('who cannot sign with both keys cannot switch', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
  const { madeKeyFile } = await rotate(user);
  const { unlink } = await import('node:fs/promises');
  await unlink(madeKeyFile ?? '');
  await expect(rotate(user)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
  expect(await rotate(user, { step: 'cancel' })).toMatchObject({ signers: [{}] });
});

test('apply does not stop a rotation', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'demo', version: '1.0', architecture: 'all' }]);
  await rotate(user);
  const workspace = await user.workspace();
  const { changes } = await applySettings(
    await user.open(),
    { wanted: await workspace.configOf('deb'), config: workspace.config, dryRun: true, breakClients: false },
    user.options,
  );
  expect(changes).toEqual([]);
});
