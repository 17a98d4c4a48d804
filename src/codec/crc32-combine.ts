/** The CRC-32 polynomial of gzip and xz, reflected. */
const POLYNOMIAL = 0xedb88320;
const X_TO_THE_0 = 0x80000000;
const X_TO_THE_8 = 0x00800000;

/**
 * The CRC-32 of A followed by B, from the CRC-32 of each and the length of B in bytes. `crcA` is multiplied by x to the
 * 8 × `lengthB` modulo the polynomial, as zlib's crc32_combine does; takes time with the logarithm of `lengthB`.
 */
export function crc32Combine(crcA: number, crcB: number, lengthB: number): number {
  let power = X_TO_THE_8;
  let shift = X_TO_THE_0;
  for (let rest = lengthB; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(power, shift);
    power = multiply(power, power);
  }
  return (multiply(shift, crcA) ^ crcB) >>> 0;
}

/** The product of two polynomials over GF(2), modulo the CRC's; the top bit is the constant term. */
function multiply(a: number, b: number): number {
  let product = 0;
  let term = b;
  for (let mask = 0x80000000; mask !== 0; mask >>>= 1) {
    if (a & mask) product ^= term;
    term = term & 1 ? (term >>> 1) ^ POLYNOMIAL : term >>> 1;
  }
  return product >>> 0;
}
