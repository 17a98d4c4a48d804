/** Where the secret halves of signing keys are: the environment, commands, the folder of keys. One source for each kind of key. */
import { readFile } from 'node:fs/promises';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { SigningKind } from '../../formats/format.ts';
import type { EnvironmentKeys, SecretSource } from '../../signing/key-environment.ts';
import { type KeyFileContent, readKeyFile } from '../../signing/key-file.ts';
import { findSigningKey } from '../../signing/key-store.ts';
import { readSecretKeys } from '../../signing/openpgp-key.ts';
import { requireSigningKey } from '../../signing/openpgp-policy.ts';
import { createKeySigner } from '../../signing/openpgp-sign.ts';
import { firstLine, type ReadSecret } from '../../signing/secret-source.ts';
import type { Signer } from '../../signing/signer.ts';
import { generateUsignKey, readUsignSecret, type UsignSigner } from '../../signing/usign.ts';

/** A key that can sign here. */
export type SecretKey = {
  readonly fingerprint: string;
  /** As a file. */
  readonly publicKey: string;
} & (
  | { readonly kind: 'openpgp'; readonly signer: Signer }
  | { readonly kind: 'usign'; readonly signer: UsignSigner }
);

/** When a key is made, and until when it is good. */
export interface NewKey {
  readonly nowMs: number;
  readonly expiresDays?: number;
}

export interface KeySource {
  /** Keys of the environment, and of the commands that `names` has. */
  given(names: readonly string[]): Promise<readonly SecretKey[]>;
  /** A key of the folder, by fingerprint or file name. */
  find(name: string): Promise<SecretKey | undefined>;
  /** Makes a key, or reads the one that is there already. */
  make(fileName: string, key: NewKey): Promise<{ readonly key: SecretKey; readonly path: string }>;
}

export interface KeySourceDeps {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly environment: EnvironmentKeys;
  readonly repository: string;
  readonly secretOf: (source: SecretSource) => Promise<ReadSecret>;
  readonly makeKeyFile: (name: string, content: string) => Promise<KeyFileContent>;
  /** @throws CONFIG_INVALID when a key lies inside a store */
  readonly refuse: (path: string) => Promise<void>;
}

/** @throws KEY_WEAK when clients would refuse what it signs */
export function requireSound(key: SecretKey, nowMs: number): void {
  if (key.kind === 'openpgp') requireSigningKey(key.signer.key, nowMs);
}

export function createKeySources(deps: KeySourceDeps): Readonly<Record<SigningKind, KeySource>> {
  return { openpgp: openPgpSource(deps), usign: usignSource(deps) };
}

function openPgpSource(deps: KeySourceDeps): KeySource {
  const { config, env, environment, secretOf } = deps;
  const passphrase = async (): Promise<string | undefined> =>
    environment.passphrase === undefined
      ? undefined
      : firstLine((await secretOf(environment.passphrase)).text);

  const environmentSigners = async (): Promise<readonly Signer[]> => {
    if (environment.signing === undefined) return [];
    const { text, origin } = await secretOf(environment.signing);
    return (await readSecretKeys(text, { origin, passphrase: await passphrase() })).map(createKeySigner);
  };

  const commandSigners = async (names: readonly string[]): Promise<readonly Signer[]> => {
    const wanted = config.signers.value.filter(({ name }) => names.includes(name));
    const signers: Signer[] = [];
    for (const { command: words, publicKey } of wanted) {
      const [program, ...args] = words ?? [];
      if (program === undefined || publicKey === undefined) continue;
      const armored = await readPublicKeyFile(publicKey);
      const { createExternalSigner } = await import('../../signing/external-signer.ts');
      const command: [string, ...string[]] = [program, ...args];
      signers.push(await createExternalSigner({ command, publicKey: armored, origin: publicKey, env }));
    }
    return signers;
  };

  return {
    given: async (names) =>
      [...(await environmentSigners()), ...(await commandSigners(names))].map(openPgpKey),
    async find(name) {
      const found = await readFolderKey(deps, { name, kind: 'openpgp' });
      if (found === undefined) return undefined;
      const { content, path } = found;
      const keys = await readSecretKeys(content, { origin: path, passphrase: await passphrase() });
      return keys
        .map((key) => openPgpKey(createKeySigner(key)))
        .find((one) => one.fingerprint === found.fingerprint);
    },
    async make(name, { nowMs, expiresDays }) {
      const lock = await passphrase();
      const { generateOpenPgpKey } = await import('../../signing/openpgp-generate.ts');
      const { secretArmored } = await generateOpenPgpKey({
        userId: `${deps.repository} repository`,
        algorithm: 'ed25519',
        created: new Date(nowMs),
        ...(expiresDays !== undefined && { expiresDays }),
        ...(lock !== undefined && { passphrase: lock }),
      });
      const { content, path } = await deps.makeKeyFile(name, secretArmored);
      const [key] = await readSecretKeys(content, { origin: path, passphrase: lock });
      if (key === undefined) throw new Error(`${path} holds no key`);
      return { key: openPgpKey(createKeySigner(key)), path };
    },
  };
}

function usignSource(deps: KeySourceDeps): KeySource {
  return {
    async given() {
      const { usign } = deps.environment;
      if (usign === undefined) return [];
      const { text, origin } = await deps.secretOf(usign);
      return [usignKey(readUsignSecret(text, { origin }))];
    },
    async find(name) {
      const found = await readFolderKey(deps, { name, kind: 'usign' });
      return found && usignKey(readUsignSecret(found.content, { origin: found.path }));
    },
    async make(name, { expiresDays }) {
      if (expiresDays !== undefined) throw neverEnds();
      const { content, path } = await deps.makeKeyFile(name, generateUsignKey());
      return { key: usignKey(readUsignSecret(content, { origin: path })), path };
    },
  };
}

async function readFolderKey(
  { config, refuse }: KeySourceDeps,
  wanted: { readonly name: string; readonly kind: SigningKind },
): Promise<(KeyFileContent & { readonly fingerprint: string }) | undefined> {
  const found = await findSigningKey(config.keys.value, wanted);
  if (found === undefined) return undefined;
  await refuse(found.path);
  return { ...(await readKeyFile(found.path)), fingerprint: found.fingerprint };
}

function openPgpKey(signer: Signer): SecretKey {
  const { fingerprint, publicArmored: publicKey } = signer;
  return { kind: 'openpgp', fingerprint, publicKey, signer };
}

function usignKey(signer: UsignSigner): SecretKey {
  const { fingerprint, publicKey } = signer;
  return { kind: 'usign', fingerprint, publicKey, signer };
}

async function readPublicKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PakhusError('KEY_NOT_FOUND', `The public key ${path} of a signer cannot be read: ${why}`, {
      hint: 'Correct publicKey of that signer in pakhus.yaml.',
      cause,
    });
  }
}

function neverEnds(): PakhusError {
  return new PakhusError('CLI_USAGE', 'a usign key has no date at which it ends', {
    hint: 'Leave --expires out.',
  });
}
