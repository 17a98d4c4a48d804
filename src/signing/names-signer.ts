import { signaturePackets } from './made-signature.ts';
import { parsePublicKeys } from './openpgp-key.ts';
import { loadOpenPgp } from './openpgp-library.ts';

/**
 * Whether a binary signature says that this key, or a subkey of it, made it, and no other. What it says is not checked: see
 * `verifySigned`. `publicKey`: armored.
 */
export async function namesSigner(signature: Uint8Array, publicKey: string): Promise<boolean> {
  const openpgp = await loadOpenPgp();
  const keys = await parsePublicKeys(openpgp, { armored: publicKey, origin: 'the key of a signer' });
  const ids = new Set(keys.flatMap((key) => key.getKeys().map((one) => one.getKeyID().toHex())));
  const packets = signaturePackets(openpgp, await openpgp.readSignature({ binarySignature: signature }));
  return packets.length > 0 && packets.every(({ issuerKeyID }) => ids.has(issuerKeyID.toHex()));
}
