/**
 * The public keys of a repository's signers, as files in its folder: OpenPGP keys together in one, usign keys each by itself,
 * since a file of usign holds one. Their names are ids, as opkg wants them in /etc/opkg/keys.
 */
import { sha256Hex } from '../../core/digest.ts';
import type { SigningKind } from '../../formats/format.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import { joinPublicKeys } from '../../signing/openpgp-key.ts';
import { kindOf } from '../keys/keys.ts';
import type { Repository } from '../repository.ts';
import type { PublicSigner } from './actions.ts';
import { keepPointer, type RevisionAt } from './pointers.ts';

/** Where the public key of a repository is published that is signed by this kind of keys, below its folder. */
export function publicKeyPath(signedBy: SigningKind | undefined): string {
  return signedBy === 'usign' ? 'key.pub' : 'key.asc';
}

/** Files of the signers' public keys. */
export async function publicKeyFiles(
  repository: Repository,
  work: { readonly signers: readonly PublicSigner[]; readonly at: RevisionAt },
): Promise<readonly PointerEntry[]> {
  const { at } = work;
  const entries: PointerEntry[] = [];
  for (const { path, contentType, text } of await keyFilesOf(work.signers)) {
    const bytes = Buffer.from(text);
    const old = at.base?.manifest.pointers.find((one) => one.path === path);
    entries.push(
      old?.sha256 === sha256Hex(bytes)
        ? old
        : await keepPointer(repository, { path, contentType, bytes, at }),
    );
  }
  return entries;
}

/** A public key, or several, as a file. */
export interface KeyFile {
  readonly path: string;
  readonly contentType: string;
  readonly text: string;
}

/** Paths are below the repository's folder. */
export async function keyFilesOf(signers: readonly PublicSigner[]): Promise<readonly KeyFile[]> {
  const kinds = Map.groupBy(signers, ({ publicKey }) => kindOf(publicKey));
  const openPgp = kinds.get('openpgp') ?? [];
  const usign = kinds.get('usign') ?? [];
  const files: KeyFile[] = [];
  if (openPgp.length > 0) {
    const text = await joinPublicKeys(openPgp.map(({ publicKey }) => publicKey));
    files.push({ path: publicKeyPath('openpgp'), contentType: 'application/pgp-keys', text });
  }
  const contentType = 'text/plain; charset=utf-8';
  for (const { fingerprint, publicKey } of usign)
    files.push({ path: `keys/${fingerprint}`, contentType, text: publicKey });
  const newest = usign.find(({ stage }) => stage === 'arriving') ?? usign[0];
  if (newest !== undefined) files.push({ path: publicKeyPath('usign'), contentType, text: newest.publicKey });
  return files;
}
