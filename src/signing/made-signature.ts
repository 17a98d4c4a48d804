import type { Signature } from 'openpgp';
import { frameClear } from './clear-text.ts';
import { hashName } from './openpgp-key-info.ts';
import { loadOpenPgp, type OpenPgp } from './openpgp-library.ts';

/** A clear-signed copy, an armored detached signature, a binary one. */
export type OpenPgpForm = 'clear' | 'detached' | 'binary';

/** Packs armored signatures over the same bytes into one file of ours: one armor without comments, one frame. */
export async function frameSignatures(
  armored: readonly string[],
  { mode, bytes }: { readonly mode: OpenPgpForm; readonly bytes: Uint8Array },
): Promise<Uint8Array> {
  const openpgp = await loadOpenPgp();
  const packets = new openpgp.PacketList<Signature['packets'][number]>();
  for (const armoredSignature of armored) {
    packets.push(...signaturePackets(openpgp, await openpgp.readSignature({ armoredSignature })));
  }
  if (mode === 'binary') return new openpgp.Signature(packets).write();
  const signature = new openpgp.Signature(packets).armor();
  if (mode === 'detached') return Buffer.from(signature);
  return frameClear(bytes, {
    signature,
    hashes: packets.map((packet) => hashName(packet.hashAlgorithm).toUpperCase()),
  });
}

/** The signatures of a block, without packets that could not be understood. */
export function signaturePackets(openpgp: OpenPgp, signature: Signature): Signature['packets'] {
  return signature.packets.filterByTag(openpgp.enums.packet.signature);
}
