/** Key files that people make and hand over by themselves. */
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { signedByField } from '../../formats/deb/client.ts';
import { keysFromEnvironment } from '../../signing/key-environment.ts';
import { createKeyFile, KEY_EXTENSION } from '../../signing/key-file.ts';
import { findByFingerprint } from '../../signing/key-store.ts';
import { generateLedgerKey, readLedgerKey } from '../../signing/ledger-key.ts';
import { generateOpenPgpKey } from '../../signing/openpgp-generate.ts';
import { binaryPublicKey } from '../../signing/openpgp-key.ts';
import { firstLine, readSecret } from '../../signing/secret-source.ts';
import { generateUsignKey, readUsignSecret } from '../../signing/usign.ts';
import { refuseInsideStore } from './keys.ts';

/** The public facts of a key. */
export interface PublicKeyFile {
  readonly path: string;
  readonly fingerprint: string;
  readonly publicKey: string;
}

/** Where key files go. */
export interface KeyFolder {
  readonly folder: string;
  /** Names the stores in which no key may lie. */
  readonly config: Pick<ResolvedConfig, 'store' | 'state'>;
}

/** Makes an OpenPGP key; with PAKHUS_SIGNING_PASSPHRASE in the environment its file is locked. @throws KEY_EXISTS, KEY_INVALID */
export async function makeSigningKey(
  at: KeyFolder,
  wanted: {
    readonly name: string;
    readonly algorithm: 'ed25519' | 'rsa4096';
    readonly userId: string;
    readonly createdMs: number;
    readonly expiresDays: number | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): Promise<PublicKeyFile> {
  checkName(wanted.name);
  const source = keysFromEnvironment(wanted.env).passphrase;
  const passphrase =
    source === undefined ? undefined : firstLine((await readSecret(source, { env: wanted.env })).text);
  const made = await generateOpenPgpKey({
    userId: wanted.userId,
    algorithm: wanted.algorithm,
    created: new Date(wanted.createdMs),
    ...(wanted.expiresDays !== undefined && { expiresDays: wanted.expiresDays }),
    ...(passphrase !== undefined && { passphrase }),
  });
  const path = await create(at, {
    name: wanted.name + KEY_EXTENSION.openpgp,
    content: made.secretArmored,
  });
  return { path, fingerprint: made.fingerprint, publicKey: made.publicArmored };
}

/** Makes a ledger key. @throws KEY_EXISTS */
export async function makeLedgerKey(at: KeyFolder, name: string): Promise<PublicKeyFile> {
  checkName(name);
  const content = generateLedgerKey();
  const path = await create(at, { name: name + KEY_EXTENSION.ledger, content });
  const { keyId, publicKey } = readLedgerKey(content, { origin: path });
  return { path, fingerprint: keyId, publicKey };
}

/** Makes a usign key. @throws KEY_EXISTS */
export async function makeUsignKey(at: KeyFolder, name: string): Promise<PublicKeyFile> {
  checkName(name);
  const content = generateUsignKey();
  const path = await create(at, { name: name + KEY_EXTENSION.usign, content });
  const { fingerprint, publicKey } = readUsignSecret(content, { origin: path });
  return { path, fingerprint, publicKey };
}

/** How the public half of an OpenPGP key can be written; other keys have one form, the first. */
export const KEY_FORMS = ['armored', 'signed-by', 'base64'] as const;
export type KeyForm = (typeof KEY_FORMS)[number];

/** The public half of a key, as a client takes it. `text` is in the form that was asked for. @throws KEY_NOT_FOUND, CLI_USAGE */
export async function exportPublicKey(
  folder: string,
  { fingerprint, form }: { readonly fingerprint: string; readonly form: KeyForm },
): Promise<PublicKeyFile & { readonly form: KeyForm; readonly text: string }> {
  const found = await findByFingerprint(folder, fingerprint);
  if (found === undefined) {
    throw new PakhusError('KEY_NOT_FOUND', `${folder} has no key ${fingerprint}`, {
      hint: '`pakhus key list` shows what is there.',
    });
  }
  const { path, publicKey, kind } = found;
  if (kind !== 'openpgp' && form !== 'armored') {
    throw new PakhusError('CLI_USAGE', `${fingerprint} is a ${kind} key, which has one form only`, {
      hint: 'Leave --form out.',
    });
  }
  return { path, fingerprint: found.fingerprint, publicKey, form, text: await inForm(publicKey, form) };
}

async function inForm(armored: string, form: KeyForm): Promise<string> {
  switch (form) {
    case 'armored':
      return armored;
    case 'signed-by':
      return signedByField([armored]).join('\n');
    case 'base64':
      return Buffer.from(await binaryPublicKey(armored)).toString('base64');
  }
}

/** @throws CLI_USAGE */
function checkName(name: string): void {
  if (/^[a-z0-9][a-z0-9.-]{0,80}$/.test(name)) return;
  throw new PakhusError('CLI_USAGE', `'${name}' is no name for a key file`, {
    hint: 'Use a-z, 0-9, - and . only, a letter or digit first.',
  });
}

async function create(
  { folder, config }: KeyFolder,
  file: { readonly name: string; readonly content: string },
): Promise<string> {
  await refuseInsideStore(`${folder}/${file.name}`, config);
  const { path, created } = await createKeyFile(folder, file);
  if (created) return path;
  throw new PakhusError('KEY_EXISTS', `${path} exists already`, {
    hint: 'Choose another name; a key file is never overwritten.',
  });
}
