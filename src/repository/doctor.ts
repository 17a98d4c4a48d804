/** Looking for what will hurt: each check says what it found and what to do about it. */

import type { RepositoryConfig } from '../config/resolved-config.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readPublicKey } from '../signing/openpgp-key.ts';
import { checkSigningKey } from '../signing/openpgp-policy.ts';
import type { Storage } from '../storage/storage.ts';
import { applySettings } from './apply-settings.ts';
import { findTail } from './read-repository.ts';
import type { Repository, UseCaseOptions } from './repository.ts';
import { readStatus } from './status.ts';
import type { Workspace } from './workspace.ts';

export interface Diagnosis {
  /** What was looked at. */
  readonly check: string;
  readonly verdict: 'good' | 'warning' | 'bad';
  /** What was found. */
  readonly finding: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
}

const PROBE_KEY = '.pakhus/probe';

/** Every check of a store and its repositories. Nothing that clients see is touched. */
export async function diagnose(workspace: Workspace, options: UseCaseOptions): Promise<readonly Diagnosis[]> {
  const found: Diagnosis[] = [await storeWrites(workspace.store)];
  if (workspace.config.url.value === undefined) {
    found.push({
      check: 'url',
      verdict: 'warning',
      finding: 'no URL is configured, so client instructions show a path of this machine',
      remedy: 'Set `url:` in pakhus.yaml to where clients reach the store.',
    });
  }
  for (const config of await workspace.repositories()) {
    const repository = await workspace.open(config);
    found.push(
      ...(await guarded(`${config.name}: ledger`, () =>
        ledgerChecks(repository, { config, workspace }, options),
      )),
    );
  }
  return found;
}

async function storeWrites(store: Storage): Promise<Diagnosis> {
  const check = `store ${store.name}`;
  const [first] = await guarded(check, async () => {
    await store.delete(PROBE_KEY);
    await store.write(PROBE_KEY, Buffer.from('probe\n'), { ifAbsent: true });
    const again = await store.write(PROBE_KEY, Buffer.from('other\n'), { ifAbsent: true }).then(
      () => 'overwritten',
      (error: unknown) => (hasCode(error, 'STORE_CONFLICT') ? 'kept' : Promise.reject(error)),
    );
    await store.delete(PROBE_KEY);
    if (again === 'kept')
      return [{ check, verdict: 'good', finding: 'can be written, and keeps two writers apart' }];
    return [
      {
        check,
        verdict: 'bad',
        finding: 'lets two writers create the same object',
        remedy: 'Do not publish to it from several places.',
      },
    ];
  });
  if (first === undefined) throw new Error('the check of the store found nothing');
  return first;
}

async function ledgerChecks(
  repository: Repository,
  at: { readonly config: RepositoryConfig; readonly workspace: Workspace },
  options: UseCaseOptions,
): Promise<readonly Diagnosis[]> {
  const { name } = repository;
  const tail = await findTail(repository);
  const status = await readStatus(repository);
  if (tail === undefined || status === undefined) {
    return [
      {
        check: `${name}: ledger`,
        verdict: 'warning',
        finding: 'nothing was published yet',
        remedy: 'Run `pakhus publish PATH --init`.',
      },
    ];
  }
  const found: Diagnosis[] = [
    {
      check: `${name}: ledger`,
      verdict: 'good',
      finding: `revision ${status.rev}, signed by a listed committer`,
    },
  ];
  const stale = status.stale.length;
  found.push(
    stale === 0 && status.publishedRev === status.rev
      ? { check: `${name}: published`, verdict: 'good', finding: 'clients see the newest revision' }
      : {
          check: `${name}: published`,
          verdict: 'bad',
          finding: `clients do not see all of revision ${status.rev} (${stale === 1 ? '1 file' : `${stale} files`})`,
          remedy: 'Run `pakhus repair`.',
        },
  );
  found.push(
    committerCheck(
      repository,
      tail.revision.manifest.committers.map(({ keyId }) => keyId),
    ),
  );
  for (const signer of tail.content.signers) found.push(...(await signerChecks(repository, signer)));
  const { changes } = await applySettings(
    repository,
    { wanted: at.config, config: at.workspace.config, dryRun: true },
    options,
  );
  if (changes.length > 0 && at.config.origin.source !== 'default') {
    found.push({
      check: `${name}: settings`,
      verdict: 'warning',
      finding: `pakhus.yaml differs from revision ${status.rev} in ${changes.map(({ setting }) => setting).join(', ')}`,
      remedy: 'Run `pakhus apply`, or correct pakhus.yaml.',
    });
  }
  return found;
}

function committerCheck(repository: Repository, listed: readonly string[]): Diagnosis {
  const check = `${repository.name}: ledger key`;
  const own = repository.ledger.signer?.keyId;
  if (own === undefined) {
    return {
      check,
      verdict: 'warning',
      finding: 'none here: this machine can read and repair, not publish',
      remedy: 'Set PAKHUS_LEDGER_KEY_FILE, or have a key of this machine added with `pakhus apply`.',
    };
  }
  if (listed.includes(own)) return { check, verdict: 'good', finding: `${own} may commit` };
  return {
    check,
    verdict: 'bad',
    finding: `${own} is no committer`,
    remedy: 'Ask a committer to add its public key under `ledger:` in pakhus.yaml and to run `pakhus apply`.',
  };
}

async function signerChecks(
  repository: Repository,
  signer: { readonly fingerprint: string; readonly publicKey: string },
): Promise<readonly Diagnosis[]> {
  const check = `${repository.name}: signing key ${signer.fingerprint}`;
  return guarded(check, async () => {
    const nowMs = repository.ledger.clock.now();
    const { info } = await readPublicKey(signer.publicKey, { origin: check });
    const { refused, warnings } = checkSigningKey(info, nowMs);
    const found: Diagnosis[] = warnings.map(({ message }) => ({
      check,
      verdict: 'warning',
      finding: message,
      remedy: 'Make a new key in time: `pakhus key new`.',
    }));
    if (refused !== undefined)
      found.push({
        check,
        verdict: 'bad',
        finding: `clients refuse it: ${refused.message}`,
        remedy: 'Make a new key: `pakhus key new`.',
      });
    await repository.keys.openSigner([signer], { nowMs });
    return found.length > 0
      ? found
      : [{ check, verdict: 'good', finding: `${info.algorithm}, accepted by clients, secret key is here` }];
  });
}

/** Turns errors that a user can cause into findings. */
async function guarded(
  check: string,
  work: () => Promise<readonly Diagnosis[]>,
): Promise<readonly Diagnosis[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PakhusError)) throw error;
    const remedy = error.hint ?? 'Correct what is named, or run this where it is in order.';
    return [{ check, verdict: 'bad', finding: error.message, remedy }];
  }
}
