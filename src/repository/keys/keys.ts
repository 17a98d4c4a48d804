/**
 * The keys of one repository: the ledger key of this committer, and the signers of what clients check. Secret keys come from
 * the environment, from the folder of keys, or stay behind a command; a revision names the public ones.
 */
import { readFile, unlink } from 'node:fs/promises';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { sha256Hex } from '../../core/digest.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { LineSigner } from '../../ledger/signed-lines.ts';
import { keysFromEnvironment, type SecretSource } from '../../signing/key-environment.ts';
import { createKeyFile, type KeyFileContent, keyFileName, readKeyFile } from '../../signing/key-file.ts';
import { findSigningKey, listKeys } from '../../signing/key-store.ts';
import { generateLedgerKey, readLedgerKey } from '../../signing/ledger-key.ts';
import { readSecretKeys } from '../../signing/openpgp-key.ts';
import { requireSigningKey } from '../../signing/openpgp-policy.ts';
import { createKeySigner } from '../../signing/openpgp-sign.ts';
import { assertOutsideStore } from '../../signing/outside-store.ts';
import { firstLine, type ReadSecret, readSecret } from '../../signing/secret-source.ts';
import { type Signer, signWithAll } from '../../signing/signer.ts';
import type { PublicSigner } from '../change/actions.ts';

/** Signs bytes with every signer of a revision. */
export type SignAll = (mode: 'clear' | 'detached', bytes: Uint8Array) => Promise<Uint8Array>;

export interface RepositoryKeys {
  /** Where key files are. */
  readonly folder: string;
  /** This committer's ledger key; with `create` it is made when there is none. */
  ledgerSigner(options?: { readonly create: boolean }): Promise<LineSigner | undefined>;
  /** The ledger key of the folder that has one of these ids, whatever its file is called. Asks for ids only when there are keys. */
  findLedgerSigner(keyIds: () => Promise<readonly string[]>): Promise<LineSigner | undefined>;
  /** @throws KEY_NOT_FOUND with the fingerprints that have no secret key here */
  openSigner(
    signers: readonly PublicSigner[],
    options: { readonly nowMs: number; readonly signal?: AbortSignal },
  ): Promise<SignAll>;
  /** The signers that the environment or the configuration name; where they name none, a key that is made now. */
  makeSigners(nowMs: number): Promise<readonly PublicSigner[]>;
  /** The signers that the environment or the configuration name; undefined where they name none. @throws KEY_WEAK, KEY_* */
  configuredSigners(nowMs: number): Promise<readonly PublicSigner[] | undefined>;
  /** A signer by its name in the configuration, its fingerprint or the name of its key file. @throws KEY_NOT_FOUND, KEY_WEAK */
  findSigner(name: string, nowMs: number): Promise<PublicSigner>;
  /** A new key that is to take the place of `old`, and its file. Run again it gives the same one. */
  makeSuccessor(
    old: string,
    options: { readonly nowMs: number; readonly expiresDays?: number },
  ): Promise<{ readonly signer: PublicSigner; readonly path: string }>;
  /** Deletes the key files that this process made: nothing was signed with them. */
  dropMade(): Promise<void>;
}

export interface KeysInput {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly repository: string;
  /** Names from the configuration: of a signer with a command, or fingerprints and file names of keys. */
  readonly signers: readonly string[];
}

export async function openKeys(input: KeysInput): Promise<RepositoryKeys> {
  const { config, env, repository } = input;
  const folder = config.keys.value;
  const storeId = sha256Hex(config.store.value).slice(0, 12);
  const environment = keysFromEnvironment(env);
  const fileName = (kind: 'openpgp' | 'ledger', old?: string): string =>
    keyFileName({ storeId, repository, kind, ...(old !== undefined && { old }) });
  const made = new Set<string>();

  const secretOf = async (source: SecretSource): Promise<ReadSecret> => {
    if (source.kind === 'file') await refuseInsideStore(source.path, config);
    return readSecret(source, { env });
  };

  const makeKeyFile = async (name: string, content: string): Promise<KeyFileContent> => {
    await refuseInsideStore(`${folder}/${name}`, config);
    const file = await createKeyFile(folder, { name, content });
    if (file.created) made.add(file.path);
    return file;
  };

  const passphrase = async (): Promise<string | undefined> =>
    environment.passphrase === undefined
      ? undefined
      : firstLine((await secretOf(environment.passphrase)).text);

  const environmentSigners = async (): Promise<readonly Signer[]> => {
    if (environment.signing === undefined) return [];
    const { text, origin } = await secretOf(environment.signing);
    return (await readSecretKeys(text, { origin, passphrase: await passphrase() })).map(createKeySigner);
  };

  const commandSigners = async (names: readonly string[] = input.signers): Promise<readonly Signer[]> => {
    const wanted = config.signers.value.filter(({ name }) => names.includes(name));
    const signers: Signer[] = [];
    for (const { command, publicKey } of wanted) {
      const [program, ...args] = command ?? [];
      if (program === undefined || publicKey === undefined) continue;
      const armored = await readPublicKeyFile(publicKey);
      const { createExternalSigner } = await import('../../signing/external-signer.ts');
      signers.push(
        await createExternalSigner({
          command: [program, ...args],
          publicKey: armored,
          origin: publicKey,
          env,
        }),
      );
    }
    return signers;
  };

  const folderSigner = async (name: string): Promise<Signer | undefined> => {
    const found = await findSigningKey(folder, name);
    if (found === undefined) return undefined;
    await refuseInsideStore(found.path, config);
    const { content } = await readKeyFile(found.path);
    const keys = await readSecretKeys(content, { origin: found.path, passphrase: await passphrase() });
    return keys.map(createKeySigner).find((one) => one.fingerprint === found.fingerprint);
  };

  const configuredSigners = async (nowMs: number): Promise<readonly PublicSigner[] | undefined> => {
    const given = [...(await environmentSigners()), ...(await commandSigners())];
    const commands = new Set(
      config.signers.value.filter(({ command }) => command !== undefined).map(({ name }) => name),
    );
    for (const name of input.signers.filter((one) => !commands.has(one))) {
      const signer = await folderSigner(name);
      if (signer === undefined) throw noSecret(folder, [name]);
      given.push(signer);
    }
    for (const { key } of given) requireSigningKey(key, nowMs);
    const known = new Map(given.map((one) => [one.fingerprint, publicPart(one)]));
    return known.size === 0 ? undefined : [...known.values()];
  };

  const makeSigningKeyFile = async (
    name: string,
    { nowMs, expiresDays }: { readonly nowMs: number; readonly expiresDays?: number },
  ): Promise<{ readonly signers: readonly PublicSigner[]; readonly path: string }> => {
    const lock = await passphrase();
    const { generateOpenPgpKey } = await import('../../signing/openpgp-generate.ts');
    const { secretArmored } = await generateOpenPgpKey({
      userId: `${repository} repository`,
      algorithm: 'ed25519',
      created: new Date(nowMs),
      ...(expiresDays !== undefined && { expiresDays }),
      ...(lock !== undefined && { passphrase: lock }),
    });
    const { content, path } = await makeKeyFile(name, secretArmored);
    const keys = await readSecretKeys(content, { origin: path, passphrase: lock });
    return { signers: keys.map((key) => publicPart(createKeySigner(key))), path };
  };

  return {
    folder,
    configuredSigners,
    async ledgerSigner({ create } = { create: false }) {
      if (environment.ledger !== undefined) {
        const { text, origin } = await secretOf(environment.ledger);
        return readLedgerKey(text, { origin });
      }
      const path = `${folder}/${fileName('ledger')}`;
      const content = create
        ? (await makeKeyFile(fileName('ledger'), generateLedgerKey())).content
        : await readIfThere(path);
      if (content === undefined) return undefined;
      await refuseInsideStore(path, config);
      return readLedgerKey(content, { origin: path });
    },
    async findLedgerSigner(keyIds) {
      if (environment.ledger !== undefined) return undefined;
      const keys = (await listKeys(folder)).keys.filter(({ kind }) => kind === 'ledger');
      const wanted = keys.length === 0 ? [] : await keyIds();
      const found = keys.find(({ fingerprint }) => wanted.includes(fingerprint));
      if (found === undefined) return undefined;
      await refuseInsideStore(found.path, config);
      return readLedgerKey((await readKeyFile(found.path)).content, { origin: found.path });
    },
    async openSigner(signers, { nowMs, signal }) {
      const here = [...(await environmentSigners()), ...(await commandSigners())];
      const found: Signer[] = [];
      const missing: string[] = [];
      for (const { fingerprint } of signers) {
        const signer =
          here.find((one) => one.fingerprint === fingerprint) ?? (await folderSigner(fingerprint));
        if (signer === undefined) missing.push(fingerprint);
        else found.push(signer);
      }
      if (missing.length > 0) throw noSecret(folder, missing);
      return (mode, bytes) => signWithAll(found, { mode, bytes, dateMs: nowMs, ...(signal && { signal }) });
    },
    async makeSigners(nowMs) {
      const configured = await configuredSigners(nowMs);
      if (configured !== undefined) return configured;
      return (await makeSigningKeyFile(fileName('openpgp'), { nowMs })).signers;
    },
    async findSigner(name, nowMs) {
      const [command] = await commandSigners([name]);
      const environmentOnes = await environmentSigners();
      const signer =
        command ??
        environmentOnes.find((one) => one.fingerprint === name.toLowerCase()) ??
        (await folderSigner(name));
      if (signer === undefined) throw noSecret(folder, [name]);
      requireSigningKey(signer.key, nowMs);
      return publicPart(signer);
    },
    async makeSuccessor(old, options) {
      const { signers, path } = await makeSigningKeyFile(fileName('openpgp', old), options);
      const [signer] = signers;
      if (signer === undefined) throw new Error(`${path} holds no key`);
      return { signer, path };
    },
    async dropMade() {
      for (const path of made) await unlink(path);
      made.clear();
    },
  };
}

function publicPart({ fingerprint, publicArmored }: Signer): PublicSigner {
  return { fingerprint, publicKey: publicArmored };
}

/** Secret keys never enter a store. @throws CONFIG_INVALID */
export async function refuseInsideStore(
  path: string,
  config: Pick<ResolvedConfig, 'store' | 'state'>,
): Promise<void> {
  for (const root of [config.store.value, config.state.value]) {
    if (root?.startsWith('/')) await assertOutsideStore(path, root);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readKeyFile(path)).content;
  } catch (error) {
    if (error instanceof PakhusError && error.code === 'KEY_NOT_FOUND' && isAbsent(error.cause))
      return undefined;
    throw error;
  }
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
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

function noSecret(folder: string, fingerprints: readonly string[]): PakhusError {
  return new PakhusError(
    'KEY_NOT_FOUND',
    `The secret key of ${fingerprints.join(' and ')} is not here (looked in ${folder} and the environment)`,
    {
      hint: 'Put the key file into that folder, set PAKHUS_SIGNING_KEY_FILE, or run this where the key is.',
      details: { fingerprints, folder },
    },
  );
}
