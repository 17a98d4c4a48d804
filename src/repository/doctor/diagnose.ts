/**
 * Looking for what will hurt: each check says what it found and what to do about it.
 *
 * ```
 * machine    Node, xz, the folder of keys
 * store      takes writes, keeps writers apart, rights, room, clock; a bucket: what it gives to whom
 * each repository
 *   ledger   newest revision, what clients see of it, who may commit, what waits, pakhus.yaml
 *   signers  clients take them, their secret half is here
 *   url      the entries are there, the state is not
 * page       the root of the store shows the repositories as they are
 * ```
 */
import type { RepositoryConfig } from '../../config/resolved-config.ts';
import { isBucket } from '../buckets/places.ts';
import { makeFront } from '../front/refresh-front.ts';
import { findTail } from '../read-repository.ts';
import type { Workspace } from '../workspace.ts';
import { type Diagnosis, guarded, warning } from './diagnosis.ts';
import { checkLedger } from './ledger.ts';
import { checkKeyFolder, checkRuntime } from './machine.ts';
import { checkSigner } from './signers.ts';
import { checkStores, type StoresOptions } from './stores.ts';
import { checkUrl } from './url.ts';

/** `read` fetches through `url:` as well. */
export type DiagnoseOptions = StoresOptions;

/** Every check of a store and its repositories. Nothing that clients see is touched. */
export async function diagnose(
  workspace: Workspace,
  options: DiagnoseOptions,
): Promise<readonly Diagnosis[]> {
  const { config } = workspace;
  const found: Diagnosis[] = [
    checkRuntime(),
    ...(await guarded(`keys ${config.keys.value}`, () => checkKeyFolder(config.keys.value))),
    ...(await checkStores(workspace, options)),
  ];
  if (config.url.value === undefined && !isBucket(config.store.value)) {
    found.push(
      warning(
        'url',
        'no URL is configured, so client instructions show a path of this machine',
        'Set `url:` in pakhus.yaml to where clients reach the store.',
      ),
    );
  }
  const inRepositories: Diagnosis[] = [];
  for (const wanted of await workspace.repositories())
    inRepositories.push(
      ...(await guarded(`${wanted.name}: ledger`, () => checkRepository(workspace, wanted, options))),
    );
  found.push(...inRepositories);
  // It is made from all ledgers and the URL, about which everything is said above.
  const isKnown = inRepositories.every(
    ({ check, verdict }) => verdict !== 'bad' || !check.endsWith(': ledger'),
  );
  if (workspace.url !== undefined && isKnown)
    found.push(...(await guarded('page of the store', () => checkFront(workspace, options))));
  return found;
}

/** Nothing to say where it is as it should be, or taken by somebody else. */
async function checkFront(workspace: Workspace, options: DiagnoseOptions): Promise<readonly Diagnosis[]> {
  const { written, deleted } = await makeFront(workspace, { ...options, dryRun: true });
  const paths = [...written, ...deleted];
  return paths.length === 0
    ? []
    : [
        warning(
          'page of the store',
          `it does not show the repositories as they are: ${paths.join(', ')}`,
          'Run `pakhus repair`.',
          'front-behind',
        ),
      ];
}

async function checkRepository(
  workspace: Workspace,
  wanted: RepositoryConfig,
  options: DiagnoseOptions,
): Promise<readonly Diagnosis[]> {
  const repository = await workspace.open(wanted);
  const { name } = wanted;
  const { config } = workspace;
  const call = options.signal === undefined ? {} : { signal: options.signal };
  options.report({ type: 'progress', task: `Checking ${name}` });
  const tail = await findTail(repository, call);
  if (tail === undefined)
    return [warning(`${name}: ledger`, 'nothing was published yet', 'Run `pakhus publish PATH --init`.')];
  const found = [...(await checkLedger(repository, { tail, wanted, config }, options))];
  for (const signer of tail.content.signers) found.push(...(await checkSigner(repository, signer)));
  found.push(...(await checkUrl(repository, { tail, config, read: options.read }, call)));
  return found;
}
