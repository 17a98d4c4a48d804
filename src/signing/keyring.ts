/** Files of public keys, as other programs keep them. */
import { readFile } from 'node:fs/promises';
import { PakhusError } from '../core/pakhus-error.ts';
import { loadOpenPgp, unlimitedConfig } from './openpgp-library.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** The keys of a file, armored, whether it is armored or binary (`/usr/share/keyrings/….gpg`). @throws KEY_NOT_FOUND, KEY_INVALID */
export async function readKeyring(path: string): Promise<readonly string[]> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PakhusError('KEY_NOT_FOUND', `The keyring ${path} cannot be read: ${why}`, {
      hint: 'Name a file of public keys, such as gpg --export writes.',
      cause,
    });
  });
  if (bytes.length > MAX_BYTES) throw invalid(path, 'it is too large');
  if (bytes.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return [bytes.toString('latin1')];
  const openpgp = await loadOpenPgp();
  const keys = await openpgp
    .readKeys({ binaryKeys: bytes, config: unlimitedConfig(openpgp) })
    .catch((cause: unknown) => {
      throw invalid(path, cause instanceof Error ? cause.message : String(cause), cause);
    });
  return keys.map((key) => key.toPublic().armor());
}

function invalid(path: string, why: string, cause?: unknown): PakhusError {
  return new PakhusError('KEY_INVALID', `${path} is no keyring: ${why}`, {
    hint: 'Name a file of public keys, such as gpg --export writes.',
    details: { path },
    cause,
  });
}
