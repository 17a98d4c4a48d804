/** Who is to sign from now on: the one whom clients believe already. */
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { listKeys } from '../../signing/key-store.ts';
import type { PublicSigner } from '../change/actions.ts';
import type { Repository } from '../repository.ts';
import { type EntryFiles, strangersOf, verifyEntry } from './read-entries.ts';
import { refused } from './refusal.ts';

/**
 * The configured signers, if each entry is signed by one of them; where none is configured, the keys of the folder of keys that
 * signed the entries.
 * @param newKey Clients are told of another key by other means: the configured signers, or a new key.
 * @throws KEY_NOT_FOUND, IMPORT_REFUSED when clients would not believe them
 */
export async function chooseSigners(
  { name, keys, ledger }: Repository,
  entries: readonly EntryFiles[],
  { newKey, dryRun }: { readonly newKey: boolean; readonly dryRun: boolean },
): Promise<readonly PublicSigner[]> {
  const nowMs = ledger.clock.now();
  const wanted = { nowMs, signedBy: 'openpgp' } as const;
  const configured = await keys.configuredSigners(wanted);
  if (newKey) return configured ?? (dryRun ? [] : keys.makeSigners(wanted));
  const candidates =
    configured ?? (await listKeys(keys.folder)).keys.filter(({ kind }) => kind === 'openpgp');
  const publicKeys = candidates.map(({ publicKey }) => publicKey);
  const found = new Set<string>();
  for (const entry of entries) {
    try {
      for (const { fingerprint } of await verifyEntry(entry, { publicKeys, nowMs })) found.add(fingerprint);
    } catch (error) {
      const strangers = strangersOf(error);
      if (!hasCode(error, 'VERIFY_FAILED')) throw error;
      if (strangers === undefined) throw notBelieved(error);
      if (configured === undefined)
        throw noKey(entry, { strangers, cause: error, folder: keys.folder, name });
      throw otherKey(entry, { configured, strangers });
    }
  }
  return configured ?? Promise.all([...found].map((fingerprint) => keys.findSigner(fingerprint, wanted)));
}

/** The configured signers, or a key of the folder of keys that signed the entries, or a new one: nobody is a client yet. */
export async function chooseForCopy(
  repository: Repository,
  entries: readonly EntryFiles[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly PublicSigner[]> {
  const { keys, ledger } = repository;
  const wanted = { nowMs: ledger.clock.now(), signedBy: 'openpgp' } as const;
  const configured = await keys.configuredSigners(wanted);
  if (configured !== undefined) return configured;
  try {
    return await chooseSigners(repository, entries, { newKey: false, dryRun });
  } catch (error) {
    if (!hasCode(error, 'KEY_NOT_FOUND', 'IMPORT_REFUSED')) throw error;
    return dryRun ? [] : keys.makeSigners(wanted);
  }
}

function noKey(
  { path }: EntryFiles,
  why: {
    readonly strangers: readonly string[];
    readonly cause: PakhusError;
    readonly folder: string;
    readonly name: string;
  },
): PakhusError {
  const { strangers, cause, folder, name } = why;
  const [keyId] = strangers;
  if (keyId === undefined) {
    return refused(`${path} is not signed, so no key is known that clients believe`, {
      hint: 'With --new-key a key of your own signs from now on; clients have to be told of it.',
    });
  }
  const file = `${folder}/${name}.openpgp.asc`;
  return new PakhusError(
    'KEY_NOT_FOUND',
    `${path} is signed by the key ${strangers.join(' and ')}, which is not here`,
    {
      cause,
      hint: [
        'Clients believe that key, so it has to sign on. Where gpg has it:',
        `  install -d -m 700 ${folder}`,
        `  (umask 077; gpg --armor --export-secret-keys ${keyId.toUpperCase()} > ${file})`,
        'For a key that cannot be exported, name gpg as a signer in pakhus.yaml: `signers:`, with a command.',
      ].join('\n'),
      details: { keyIds: strangers, folder },
    },
  );
}

/** By a key that is here, and that clients do not believe any more. */
function notBelieved(cause: PakhusError): PakhusError {
  const { message, details } = cause;
  return new PakhusError('IMPORT_REFUSED', message, {
    cause,
    hint: 'Let the program that made the repository sign it anew, or say --new-key and tell every client of the other one.',
    details,
  });
}

function otherKey(
  { path }: EntryFiles,
  who: { readonly configured: readonly PublicSigner[]; readonly strangers: readonly string[] },
): PakhusError {
  const own = who.configured.map(({ fingerprint }) => fingerprint).join(' and ');
  const others = who.strangers.length === 0 ? 'nobody' : who.strangers.join(' and ');
  return refused(
    `${path} is signed by ${others}, and the configured signer is ${own}: clients would refuse it`,
    {
      hint: 'Configure the key that signs today, or say --new-key and tell every client of the other one.',
      details: { keyIds: who.strangers },
    },
  );
}
