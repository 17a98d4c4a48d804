/**
 * The keys of one repository: the ledger key of this committer, and the signers of what clients check. Secret keys come from
 * the environment, from the folder of keys, or stay behind a command; a revision names the public ones.
 */
import { unlink } from 'node:fs/promises';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { sha256Hex } from '../../core/digest.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { SignatureForm, SigningKind } from '../../formats/format.ts';
import type { LineSigner } from '../../ledger/signed-lines.ts';
import { keysFromEnvironment, type SecretSource } from '../../signing/key-environment.ts';
import {
  createKeyFile,
  type KeyFileContent,
  type KeyKind,
  keyFileName,
  readKeyFile,
} from '../../signing/key-file.ts';
import { findSigningKey, listKeys } from '../../signing/key-store.ts';
import { generateLedgerKey, readLedgerKey } from '../../signing/ledger-key.ts';
import { assertOutsideStore } from '../../signing/outside-store.ts';
import { type ReadSecret, readSecret } from '../../signing/secret-source.ts';
import { signWithAll } from '../../signing/signer.ts';
import { isUsignText, type UsignSigner } from '../../signing/usign.ts';
import type { PublicSigner } from '../change/actions.ts';
import { createKeySources, requireSound, type SecretKey } from './key-sources.ts';
import { singleSigner } from './signers.ts';

/** Signs bytes: with every OpenPGP key of a revision; with one key where clients take one signature only (binary OpenPGP, usign). */
export type SignAll = (form: SignatureForm, bytes: Uint8Array) => Promise<Uint8Array>;

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
  /** The signers that the environment or the configuration name; where they name none, a key that is made now. None where nothing signs. */
  makeSigners(wanted: WantedKeys): Promise<readonly PublicSigner[]>;
  /** The signers that the environment or the configuration name; undefined where they name none. @throws KEY_WEAK, KEY_* */
  configuredSigners(wanted: WantedKeys): Promise<readonly PublicSigner[] | undefined>;
  /** A signer by its name in the configuration, its fingerprint or the name of its key file. @throws KEY_NOT_FOUND, KEY_WEAK */
  findSigner(name: string, wanted: WantedKeys): Promise<PublicSigner>;
  /** A new key of the same kind that is to take the place of `old`, and its file. Run again it gives the same one. */
  makeSuccessor(
    old: PublicSigner,
    options: { readonly nowMs: number; readonly expiresDays?: number },
  ): Promise<{ readonly signer: PublicSigner; readonly path: string }>;
  /** Deletes the key files that this process made: nothing was signed with them. */
  dropMade(): Promise<void>;
}

/** Keys for a repository that is signed by this kind of them; undefined: by none. */
export interface WantedKeys {
  readonly nowMs: number;
  readonly signedBy: SigningKind | undefined;
  /** Keys of this kind count where they are named, beside one of the first. */
  readonly alsoSignedBy?: SigningKind | undefined;
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
  const fileName = (kind: KeyKind, old?: string): string =>
    keyFileName({ storeId, repository, kind, ...(old !== undefined && { old }) });
  const made = new Set<string>();
  const refuse = (path: string): Promise<void> => refuseInsideStore(path, config);

  const secretOf = async (source: SecretSource): Promise<ReadSecret> => {
    if (source.kind === 'file') await refuse(source.path);
    return readSecret(source, { env });
  };

  const makeKeyFile = async (name: string, content: string): Promise<KeyFileContent> => {
    await refuse(`${folder}/${name}`);
    const file = await createKeyFile(folder, { name, content });
    if (file.created) made.add(file.path);
    return file;
  };

  const deps = { config, env, environment, repository, secretOf, makeKeyFile, refuse };
  const sources = createKeySources(deps);
  const kinds: readonly SigningKind[] = ['openpgp', 'usign'];
  const commands = new Set(
    config.signers.value.filter(({ command }) => command !== undefined).map(({ name }) => name),
  );

  const configuredSigners: RepositoryKeys['configuredSigners'] = async ({
    nowMs,
    signedBy,
    alsoSignedBy,
  }) => {
    if (signedBy === undefined) return [];
    const given = [...(await sources[signedBy].given(input.signers))];
    for (const name of input.signers.filter((one) => !commands.has(one))) {
      const key =
        (await sources[signedBy].find(name)) ?? (alsoSignedBy && (await sources[alsoSignedBy].find(name)));
      if (key !== undefined) given.push(key);
      else if (!(await isOfAnotherKind(name, signedBy))) throw noSecret(folder, [name]);
    }
    for (const key of given) requireSound(key, nowMs);
    const known = new Map(given.map((one) => [one.fingerprint, publicPart(one)]));
    return known.size === 0 ? undefined : [...known.values()];
  };

  /** A list of signers serves repositories of several formats, so those that cannot sign this one are passed over. */
  const isOfAnotherKind = async (name: string, signedBy: SigningKind): Promise<boolean> => {
    for (const kind of kinds)
      if (kind !== signedBy && (await findSigningKey(folder, { name, kind })) !== undefined) return true;
    return false;
  };

  const openKey = async ({ fingerprint, publicKey }: PublicSigner): Promise<SecretKey | undefined> => {
    const source = sources[kindOf(publicKey)];
    const here = await source.given(input.signers);
    return here.find((one) => one.fingerprint === fingerprint) ?? (await source.find(fingerprint));
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
      await refuse(path);
      return readLedgerKey(content, { origin: path });
    },
    async findLedgerSigner(keyIds) {
      if (environment.ledger !== undefined) return undefined;
      const keys = (await listKeys(folder)).keys.filter(({ kind }) => kind === 'ledger');
      const wanted = keys.length === 0 ? [] : await keyIds();
      const found = keys.find(({ fingerprint }) => wanted.includes(fingerprint));
      if (found === undefined) return undefined;
      await refuse(found.path);
      return readLedgerKey((await readKeyFile(found.path)).content, { origin: found.path });
    },
    async openSigner(signers, { nowMs, signal }) {
      const found: SecretKey[] = [];
      const missing: string[] = [];
      for (const signer of signers) {
        const key = await openKey(signer);
        if (key === undefined) missing.push(signer.fingerprint);
        else found.push(key);
      }
      if (missing.length > 0) throw noSecret(folder, missing);
      return async (form, bytes) => {
        const kind = form === 'usign' ? 'usign' : 'openpgp';
        const single = singleSigner(
          signers.filter(({ publicKey }) => kindOf(publicKey) === kind),
        )?.fingerprint;
        if (form === 'usign') return usignSigner(found, single).sign(bytes);
        // pacman, whose signatures are binary, refuses a file when it does not know every key that signed it.
        const signing = form === 'binary' ? found.filter(({ fingerprint }) => fingerprint === single) : found;
        const openPgp = signing.flatMap((key) => (key.kind === 'openpgp' ? [key.signer] : []));
        return signWithAll(openPgp, { mode: form, bytes, dateMs: nowMs, ...(signal && { signal }) });
      };
    },
    async makeSigners(wanted) {
      const { signedBy } = wanted;
      const configured = (await configuredSigners(wanted)) ?? [];
      if (signedBy === undefined || configured.some(({ publicKey }) => kindOf(publicKey) === signedBy))
        return configured;
      return [publicPart((await sources[signedBy].make(fileName(signedBy), wanted)).key), ...configured];
    },
    async findSigner(name, { nowMs, signedBy }) {
      if (signedBy === undefined) throw noSecret(folder, [name]);
      const given = await sources[signedBy].given([name]);
      const key =
        given.find((one) => one.fingerprint === name.toLowerCase()) ??
        (commands.has(name) ? given.at(-1) : undefined) ??
        (await sources[signedBy].find(name));
      if (key === undefined) throw noSecret(folder, [name]);
      requireSound(key, nowMs);
      return publicPart(key);
    },
    async makeSuccessor(old, options) {
      const kind = kindOf(old.publicKey);
      const { key, path } = await sources[kind].make(fileName(kind, old.fingerprint), options);
      return { signer: publicPart(key), path };
    },
    async dropMade() {
      for (const path of made) await unlink(path);
      made.clear();
    },
  };
}

function publicPart({ fingerprint, publicKey }: SecretKey): PublicSigner {
  return { fingerprint, publicKey };
}

/** What kind of key this is the public half of. */
export function kindOf(publicKey: string): SigningKind {
  return isUsignText(publicKey) ? 'usign' : 'openpgp';
}

/** A file of usign has room for one signature, so of two keys the new one signs: machines have had both since it was announced. */
function usignSigner(keys: readonly SecretKey[], single: string | undefined): UsignSigner {
  const signers = keys.flatMap((key) => (key.kind === 'usign' ? [key.signer] : []));
  const signer = signers.find(({ fingerprint }) => fingerprint === single) ?? signers[0];
  if (signer === undefined) throw new Error('signing without a usign key');
  return signer;
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
