/**
 * Keys of simulated publishers. The ledger's are real ones. What clients check is signed by a digest over a secret: quick, and as well as
 * any signature it tells what was signed by the repository's signer. Real signatures are tested elsewhere.
 */
import { createHmac, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sha256Hex } from '../../../src/core/digest.ts';
import type { PublicSigner } from '../../../src/repository/change/actions.ts';
import type { RepositoryKeys, SignAll } from '../../../src/repository/keys/keys.ts';
import { type LedgerSigner, readLedgerKey, verifyLedger } from '../../../src/signing/ledger-key.ts';

/** Parsed by whoever prepares a revision; nothing is signed with it. */
const PUBLIC_KEY = readFileSync(new URL('../../fixtures/keys/openpgp-test.pub.asc', import.meta.url), 'utf8');
export const SIGNER: PublicSigner = { fingerprint: '0'.repeat(40), publicKey: PUBLIC_KEY };

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same name gives the same ledger key. */
export function ledgerKeyOf(name: string): LedgerSigner {
  const der = Buffer.concat([PKCS8_ED25519, Buffer.from(sha256Hex(name), 'hex')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return readLedgerKey(key.export({ format: 'pem', type: 'pkcs8' }).toString(), { origin: name });
}

const verified = new Map<string, boolean>();

/** {@link verifyLedger}, which answers a question that it heard before at once. */
export function verifyOnce(bytes: Uint8Array, signature: string, publicKey: string): boolean {
  const question = `${publicKey} ${signature} ${sha256Hex(bytes)}`;
  const known = verified.get(question) ?? verifyLedger(bytes, signature, publicKey);
  verified.set(question, known);
  return known;
}

/** What `sign` of simulated keys makes of a text. */
export function signedForm(mode: 'clear' | 'detached', text: Uint8Array): Uint8Array {
  const signature = createHmac('sha256', 'of the simulation').update(mode).update(text).digest('base64');
  const block = `-----BEGIN PGP SIGNATURE-----\n\n${signature}\n-----END PGP SIGNATURE-----\n`;
  if (mode === 'detached') return Buffer.from(block);
  return Buffer.concat([Buffer.from(CLEAR_HEAD), text, Buffer.from(block)]);
}

const CLEAR_HEAD = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n';

/** The text inside of a clear-signed file. @throws Error when our signer did not sign it */
export function openClear(file: Uint8Array): string {
  const whole = Buffer.from(file);
  const end = whole.lastIndexOf('-----BEGIN PGP SIGNATURE-----');
  const text = whole.subarray(CLEAR_HEAD.length, end);
  if (Buffer.compare(signedForm('clear', text), whole) !== 0) throw new Error('not signed by the signer');
  return text.toString('utf8');
}

export function simulatedKeys(ledger: LedgerSigner): RepositoryKeys {
  const sign: SignAll = async (form, bytes) => signedForm(form === 'clear' ? form : 'detached', bytes);
  return {
    folder: '/nowhere',
    ledgerSigner: async () => ledger,
    findLedgerSigner: async () => ledger,
    openSigner: async () => sign,
    makeSigners: async () => [SIGNER],
    configuredSigners: async () => undefined,
    findSigner: async () => SIGNER,
    makeSuccessor: async () => ({ signer: SIGNER, path: '/nowhere' }),
    dropMade: async () => {},
  };
}
