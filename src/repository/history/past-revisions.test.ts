/** Earlier revisions are believed because the newest one leads to them, and are found by number or by the name of a pin. */
import { describe, expect, test } from 'vitest';
import { newSigner } from '../../../tests/support/ledger-kit.ts';
import { createTestRepository } from '../../../tests/support/test-repository.ts';
import { readRecord } from '../../ledger/log.ts';
import { recordKey } from '../../ledger/record.ts';
import { encodeSigned, type LineSigner } from '../../ledger/signed-lines.ts';
import { diffRevisions } from './diff-revisions.ts';
import { readLog } from './history.ts';
import { openAt } from './past-revisions.ts';
import { pinRevision } from './pin-revision.ts';
import { rollbackPlace } from './rollback.ts';

/** Revision 1: hello 1.0. Revision 2: hello 2.0 as well. Revision 3: tool. */
async function threeRevisions() {
  const user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  await user.publish([{ name: 'hello', version: '2.0' }]);
  await user.publish([{ name: 'tool' }]);
  return user;
}

test.each([
  [undefined, 3],
  ['1', 1],
  ['3', 3],
  ['good', 2],
])('%s is revision %d', async (revision, rev) => {
  await using user = await threeRevisions();
  const pin = { revision: '2', name: 'good', dryRun: false };
  if (revision === 'good') await pinRevision(await user.open(), pin, user.options);
  const { at } = await openAt(await user.open(), revision);
  expect(at.revision.signed.record.rev).toBe(rev);
});

describe('a record that somebody put in the place of an earlier one', () => {
  /** What revision 1 held is to be what revision 2 held. */
  async function forged(signerOf: (own: LineSigner) => LineSigner) {
    const user = await threeRevisions();
    const { ledger } = await user.open();
    if (ledger.signer === undefined) throw new Error('no ledger key');
    const { record } = (await readRecord(ledger, 1)).signed;
    const { manifest } = (await readRecord(ledger, 2)).signed.record;
    const signer = signerOf(ledger.signer);
    const committers = [{ keyId: signer.keyId, publicKey: signer.publicKey, name: 'eve' }];
    const bytes = encodeSigned({ ...record, manifest, committers }, signer);
    await ledger.state.write(recordKey(1), bytes);
    return user;
  }

  test.each<[who: string, signerOf: (own: LineSigner) => LineSigner]>([
    ['nobody knows', () => newSigner()],
    ['a committer has', (own) => own],
  ])('is not believed, though a key that %s signed it', async (_who, signerOf) => {
    await using user = await forged(signerOf);
    const repository = await user.open();
    const untrusted = { code: 'LEDGER_UNTRUSTED' };
    const input = { place: {}, to: '1', dryRun: false };
    await expect(rollbackPlace(repository, input, user.options)).rejects.toMatchObject(untrusted);
    await expect(diffRevisions(repository, { from: '1' })).rejects.toMatchObject(untrusted);
    await expect(readLog(repository, {})).rejects.toMatchObject(untrusted);
    await expect(
      pinRevision(repository, { revision: '1', name: undefined, dryRun: false }, user.options),
    ).rejects.toMatchObject(untrusted);
    expect((await diffRevisions(repository, { from: '2' })).packages).toMatchObject([{ name: 'tool' }]);
  });
});

test('a record that is missing is told', async () => {
  await using user = await threeRevisions();
  const { ledger } = await user.open();
  await ledger.state.delete(recordKey(2));
  await expect(diffRevisions(await user.open(), { from: '1' })).rejects.toMatchObject({
    code: 'LEDGER_CORRUPT',
    message: expect.stringMatching(/log\/0000000002\.json is missing$/),
  });
});
