/** The file of one package, and the signature over it where clients check one. */
import { sha256Hex } from '../../core/digest.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { PackageRecord, PackageSignatures } from '../../formats/format.ts';
import { isSignedBy } from '../../signing/is-signed-by.ts';
import { readBytes } from '../../storage/read-all.ts';
import type { PublicSigner } from '../change/actions.ts';
import { holds } from '../ingest/store-package.ts';
import type { Repository } from '../repository.ts';
import type { Finding } from './verify-finding.ts';

/** Who signs packages, and where signatures are. */
export interface PackageSigning {
  readonly rules: PackageSignatures;
  readonly signer: PublicSigner;
}

/** What is wrong with it. `signing` undefined: packages are not signed one by one, so the file need not be in memory. */
export async function checkPackage(
  { tree, ledger }: Repository,
  record: PackageRecord,
  signing: PackageSigning | undefined,
): Promise<Finding | undefined> {
  const { path, name, version, architecture, sizeBytes } = record;
  const what = `${name} ${version} ${architecture}`;
  const damaged: Finding = {
    area: 'package',
    path,
    problem: `is missing or has other bytes than ${what}`,
    remedy: 'Publish the same package file again; it is put back.',
  };
  if (signing === undefined) return (await holds(tree, record)) ? undefined : damaged;
  const bytes = await readIfThere({ tree }, { path, sizeBytes });
  if (bytes === undefined || sha256Hex(bytes) !== record.sha256) return damaged;
  const { rules, signer } = signing;
  const { publicKey, fingerprint } = signer;
  const signature = rules.read(record);
  const options = { name: path, publicKey, nowMs: ledger.clock.now() };
  if (signature !== undefined && (await isSignedBy({ signature, bytes }, options))) return undefined;
  return {
    area: 'signature',
    path: rules.pathOf(record),
    problem: `is no signature of ${fingerprint} over ${what}`,
    remedy: 'Remove the package and publish it again.',
  };
}

async function readIfThere(
  { tree }: Pick<Repository, 'tree'>,
  { path, sizeBytes }: Pick<PackageRecord, 'path' | 'sizeBytes'>,
): Promise<Uint8Array | undefined> {
  try {
    return await readBytes(tree, path, { limitBytes: sizeBytes });
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND', 'STORE_OBJECT_TOO_LARGE')) return undefined;
    throw error;
  }
}
