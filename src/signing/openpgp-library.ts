import type { Config, PartialConfig } from 'openpgp';

/** The module `openpgp`. */
export type OpenPgp = typeof import('openpgp');

/**
 * Loads OpenPGP.js when it is first needed: it costs 30 to 45 ms at start-up, which commands that do not sign need not pay.
 * Node keeps the module, so later calls are free.
 */
export async function loadOpenPgp(): Promise<OpenPgp> {
  return await import('openpgp');
}

/**
 * How pakhus makes keys and signatures: version 4 (gpgv 2.2 reads nothing newer), SHA-512, no comment lines, no random salt, so
 * that the same key, text and date give the same bytes (with Ed25519 and RSA; ECDSA is random by nature).
 */
export function makingConfig(openpgp: OpenPgp): PartialConfig {
  return {
    ...unlimitedConfig(openpgp),
    preferredHashAlgorithm: openpgp.enums.hash.sha512,
    preferredCompressionAlgorithm: openpgp.enums.compression.uncompressed,
    nonDeterministicSignaturesViaNotation: false,
    aeadProtect: false,
    v6Keys: false,
    showVersion: false,
    showComment: false,
  };
}

/**
 * Reads any key, weak ones too: what is wrong with them is for the policy to say, in words, and not for the library to refuse.
 * Never used to judge a signature that came from elsewhere.
 */
export function unlimitedConfig(openpgp: OpenPgp): Config {
  return {
    ...openpgp.config,
    minRSABits: 0,
    rejectHashAlgorithms: new Set(),
    rejectPublicKeyAlgorithms: new Set(),
    rejectCurves: new Set(),
  };
}

/** For signatures that came from elsewhere: no MD5, RIPEMD-160 or SHA-1 over the data, no DSA, ElGamal, secp256k1 or short RSA. */
export function judgingConfig(openpgp: OpenPgp): PartialConfig {
  const { hash, publicKey, curve } = openpgp.enums;
  return {
    minRSABits: 2047,
    rejectHashAlgorithms: new Set([hash.md5, hash.ripemd]),
    rejectMessageHashAlgorithms: new Set([hash.md5, hash.ripemd, hash.sha1]),
    rejectPublicKeyAlgorithms: new Set([publicKey.elgamal, publicKey.dsa]),
    rejectCurves: new Set([curve.secp256k1]),
    allowInsecureVerificationWithReformattedKeys: false,
    allowMissingKeyFlags: false,
  };
}
