/**
 * The folder of key files. Which folder that is, the configuration says; it is never below a store.
 *
 * ```
 * keys/                                               0700
 *   <store id>.<repository>.openpgp.asc               0600   armored secret key, with or without passphrase
 *   <store id>.<repository>.usign.sec                 0600   a secret key of usign or signify, without passphrase
 *   <store id>.<repository>.ledger.pem                0600   Ed25519, PKCS #8
 * ```
 * Files of these endings may be put there by hand under any name; others are left alone.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { folderLints, KEY_EXTENSION, type KeyKind, readKeyFile, type SigningKind } from './key-file.ts';
import type { KeyLint } from './key-lint.ts';
import { readLedgerKey } from './ledger-key.ts';
import { inspectSecretKey } from './openpgp-key.ts';
import type { OpenPgpKeyInfo } from './openpgp-key-info.ts';
import { readUsignSecret } from './usign.ts';

const KEY_KINDS = ['openpgp', 'usign', 'ledger'] as const;

/** A key file and the public facts of its key. No secret. */
export type KeyFile = {
  readonly path: string;
  readonly name: string;
  /** OpenPGP: of the primary key. Usign and ledger: the key id. Lower-case hex. */
  readonly fingerprint: string;
  /** OpenPGP: armored. Usign: as a file. Ledger: 44 characters of base64. */
  readonly publicKey: string;
  readonly lints: readonly KeyLint[];
} & (
  | { readonly kind: 'ledger' | 'usign' }
  | { readonly kind: 'openpgp'; readonly encrypted: boolean; readonly info: OpenPgpKeyInfo }
);

/** What a folder of keys holds. */
export interface KeyListing {
  readonly keys: readonly KeyFile[];
  /** Files that look like keys and cannot be read: KEY_INVALID, KEY_NOT_FOUND (no permission), KEY_WEAK. */
  readonly problems: readonly PakhusError[];
  /** About the folder; those about a file are with its key. */
  readonly lints: readonly KeyLint[];
}

/** The keys of a folder by file name. A folder that does not exist has none. Passphrases are not asked for. */
export async function listKeys(folder: string): Promise<KeyListing> {
  const keys: KeyFile[] = [];
  const problems: PakhusError[] = [];
  const names = await namesIn(folder);
  if (names === undefined) return { keys, problems, lints: [] };
  for (const name of names) {
    const kind = kindOf(name);
    if (kind === undefined) continue;
    try {
      keys.push(await readKey(folder, { name, kind }));
    } catch (error) {
      if (!hasCode(error, 'KEY_INVALID', 'KEY_NOT_FOUND', 'KEY_WEAK')) throw error;
      problems.push(error);
    }
  }
  return { keys, problems, lints: await folderLints(folder) };
}

/**
 * The key file with that fingerprint (OpenPGP: of the primary key or of a signing subkey; ledger: the key id), in any case and with
 * spaces as gpg prints it. Undefined when the folder has none; files that cannot be read are passed over.
 */
export async function findByFingerprint(folder: string, fingerprint: string): Promise<KeyFile | undefined> {
  const wanted = fingerprint.replace(/\s/g, '').toLowerCase();
  const { keys } = await listKeys(folder);
  return keys.find(
    (key) =>
      key.fingerprint === wanted ||
      (key.kind === 'openpgp' && key.info.signingKeys.some((part) => part.fingerprint === wanted)),
  );
}

/**
 * The signing key that a configuration names: a fingerprint as {@link findByFingerprint} takes it, or else the name of its file, with
 * or without the ending. Undefined when the folder has no such key of this kind.
 */
export async function findSigningKey(
  folder: string,
  { name, kind }: { readonly name: string; readonly kind: SigningKind },
): Promise<KeyFile | undefined> {
  const found = await findByFingerprint(folder, name);
  if (found?.kind === kind) return found;
  const { keys } = await listKeys(folder);
  return keys.find(
    (key) => key.kind === kind && (key.name === name || key.name === `${name}${KEY_EXTENSION[kind]}`),
  );
}

async function readKey(
  folder: string,
  { name, kind }: { readonly name: string; readonly kind: KeyKind },
): Promise<KeyFile> {
  const { path, content, lints } = await readKeyFile(join(folder, name));
  if (kind === 'ledger') {
    const { keyId, publicKey } = readLedgerKey(content, { origin: path });
    return { kind, path, name, fingerprint: keyId, publicKey, lints };
  }
  if (kind === 'usign') {
    const { fingerprint, publicKey } = readUsignSecret(content, { origin: path });
    return { kind, path, name, fingerprint, publicKey, lints };
  }
  const { info, publicArmored, encrypted } = await inspectSecretKey(content, { origin: path });
  return {
    kind,
    path,
    name,
    fingerprint: info.fingerprint,
    publicKey: publicArmored,
    lints,
    encrypted,
    info,
  };
}

/** Undefined: there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) {
      if (cause.code === 'ENOENT') return undefined;
      throw new PakhusError('KEY_NOT_FOUND', `Folder of keys ${folder} cannot be read: ${cause.message}`, {
        details: { path: folder },
        cause,
      });
    }
    throw cause;
  }
}

function kindOf(name: string): KeyKind | undefined {
  return KEY_KINDS.find((kind) => name.endsWith(KEY_EXTENSION[kind]));
}
