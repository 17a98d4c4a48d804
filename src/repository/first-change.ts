/** The change that makes a repository. Of two who make it at once, with keys of their own, the second one steps back. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readRecord } from '../ledger/log.ts';
import type { SignedRecord } from '../ledger/record.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type Change, type Changed, makeChange } from './change.ts';
import type { Repository, UseCaseOptions } from './repository.ts';

/**
 * Makes revision 1, or the revision after the one that somebody with the same ledger key has just made.
 * @throws KEY_NOT_FOUND when somebody else has made it: the keys that were made for it are deleted. And as `makeChange`.
 */
export async function makeFirstChange(
  repository: Repository,
  change: Change,
  options: UseCaseOptions,
): Promise<Changed> {
  try {
    return await makeChange(repository, change, options);
  } catch (error) {
    if (!hasCode(error, 'KEY_NOT_FOUND', 'LEDGER_UNTRUSTED')) throw error;
    const first = await firstRecord(
      repository,
      options.signal === undefined ? {} : { signal: options.signal },
    );
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
