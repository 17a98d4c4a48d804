/**
 * The version in the first packet of an OpenPGP sequence, for packets whose body begins with one (keys, signatures);
 * undefined when there is no such byte. RFC 9580 section 4.2 (both header forms) and 5.5.2.
 */
export function firstPacketVersion(packets: Uint8Array): number | undefined {
  const tag = packets[0];
  if (tag === undefined || (tag & 0x80) === 0) return undefined;
  return packets[(tag & 0x40) === 0 ? oldHeaderLength(tag) : newHeaderLength(packets[1] ?? 0)];
}

function oldHeaderLength(tag: number): number {
  return [2, 3, 5, 1][tag & 0x03] ?? 1;
}

function newHeaderLength(first: number): number {
  if (first < 192) return 2;
  return first === 255 ? 6 : 3;
}
