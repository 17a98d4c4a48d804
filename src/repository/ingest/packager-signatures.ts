/**
 * Signatures that came with packages: `makepkg --sign` leaves `<package>.sig` beside the file. One of the key that signs this repository
 * is put beside the package in the store, where whoever commits finds it and makes no other. Machines could not check one of another
 * key, so that package gets a new one.
 */
import { readFile, stat } from 'node:fs/promises';
import { hasCode } from '../../core/pakhus-error.ts';
import type { PackageSignatures } from '../../formats/format.ts';
import { isSignedBy } from '../../signing/is-signed-by.ts';
import type { PublicSigner } from '../change/actions.ts';
import type { PlacedPackage } from '../plan-publish.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { PACKAGE_HEADERS } from './store-package.ts';

const SUFFIX = '.sig';
/** pacman takes no longer ones. */
const MAX_BYTES = 16_384;

/** Takes those that hold, and warns of the others. @throws STORE_* */
export async function takePackagerSignatures(
  { tree, ledger }: Repository,
  packages: readonly PlacedPackage[],
  work: { readonly rules: PackageSignatures; readonly signer: PublicSigner },
  { report, signal }: UseCaseOptions,
): Promise<void> {
  const { rules, signer } = work;
  const { publicKey, fingerprint } = signer;
  const nowMs = ledger.clock.now();
  for (const { inspected, path } of packages) {
    const { source } = inspected;
    const signature = await readSmall(`${source}${SUFFIX}`);
    if (signature === undefined) continue;
    const bytes = await readFile(source);
    if (!(await isSignedBy({ signature, bytes }, { name: source, publicKey, nowMs }))) {
      report({
        type: 'warning',
        code: 'pacman-other-signature',
        message: `${source}${SUFFIX} is not used: no binary signature over the package by ${fingerprint}, the key that signs here`,
        hint: 'The package is signed anew. To keep the signature of its packager, make that key the one of the repository.',
      });
      continue;
    }
    try {
      const options = { ...PACKAGE_HEADERS, ifAbsent: true, ...(signal && { signal }) };
      await tree.write(rules.pathOf({ path }), signature, options);
    } catch (error) {
      // The one that is there was first, and holds or is replaced by whoever commits.
      if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    }
  }
}

/** Undefined: there is none that could be a signature. */
async function readSmall(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    return size > MAX_BYTES ? new Uint8Array() : await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
