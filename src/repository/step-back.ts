/** Making a repository: of two who do it at once, with ledger keys of their own, the second one steps back. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readRecord } from '../ledger/log.ts';
import type { SignedRecord } from '../ledger/record.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Repository } from './repository.ts';

/**
 * Runs `work`, which makes a repository that was not there a moment ago.
 * @throws KEY_NOT_FOUND when somebody with another ledger key has made it since: the keys that were made for it are deleted
 */
export async function orStepBack<T>(
  repository: Repository,
  work: () => Promise<T>,
  options: CallOptions = {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, 'KEY_NOT_FOUND', 'LEDGER_UNTRUSTED')) throw error;
    const first = await firstRecord(repository, options);
    if (first === undefined || first.keyId === repository.ledger.signer?.keyId) throw error;
    await repository.keys.dropMade();
    throw tooLate(repository, { first, cause: error });
  }
}

async function firstRecord({ ledger }: Repository, options: CallOptions): Promise<SignedRecord | undefined> {
  try {
    return (await readRecord(ledger, 1, options)).signed;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

function tooLate(
  { name, tree }: Repository,
  { first, cause }: { readonly first: SignedRecord; readonly cause: unknown },
): PakhusError {
  const { author } = first.record;
  return new PakhusError(
    'KEY_NOT_FOUND',
    `${name}: ${JSON.stringify(author)} made the repository at ${tree.name} a moment earlier, with another ledger key`,
    {
      cause,
      hint:
        'Nothing of this publish is listed. To publish from here as well: `pakhus key new NAME --ledger` here, its public part under ' +
        "'ledger:' in pakhus.yaml there, then `pakhus apply`.",
      details: { author, key: first.keyId },
    },
  );
}
