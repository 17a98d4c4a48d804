/**
 * Two lines of JSON: what is said, and who says so.
 *
 * ```
 * {"pakhus":1, …}
 * {"key":"<id of a ledger key>","signature":"<base64>"}      over the bytes of line 1
 * ```
 * The signature covers the bytes as they stand, so no canonical form of JSON is needed.
 */
import { releaseBytes } from '../core/release-bytes.ts';
import { field, num, text } from '../core/shape.ts';

/** Signs; the ledger knows no keys. */
export interface LineSigner {
  /** Id of the ledger key. */
  readonly keyId: string;
  readonly publicKey: string;
  sign(bytes: Uint8Array): string;
}

/** True when `signature` over `bytes` is of `publicKey`. */
export type VerifySignature = (bytes: Uint8Array, signature: string, publicKey: string) => boolean;

/** A value with its signature, which is not checked yet. */
export interface Signed {
  readonly value: unknown;
  readonly keyId: string;
  readonly signature: string;
  /** The bytes that the signature covers. */
  readonly signedBytes: Uint8Array;
}

/** What is said, with or without a word on who says so. */
export interface Said {
  readonly value: unknown;
  readonly signedBytes: Uint8Array;
  readonly signature: { readonly keyId: string; readonly signature: string } | undefined;
}

/** Without a signer: the first line alone. */
export function encodeSaid(value: object, signer: LineSigner | undefined): Uint8Array {
  return signer === undefined
    ? Buffer.from(`${JSON.stringify({ pakhus: 1, ...value })}\n`)
    : encodeSigned(value, signer);
}

export function encodeSigned(value: object, signer: LineSigner): Uint8Array {
  const line = Buffer.from(JSON.stringify({ pakhus: 1, ...value }));
  const signature = signer.sign(line);
  const signed = Buffer.concat([
    line,
    Buffer.from(`\n${JSON.stringify({ key: signer.keyId, signature })}\n`),
  ]);
  releaseBytes(line);
  return signed;
}

/** @throws TypeError, SyntaxError when the bytes have another form */
export function decodeSigned(bytes: Uint8Array): Signed {
  const { signature, ...said } = decodeSaid(bytes);
  if (signature === undefined) throw new TypeError('the line with the signature is missing');
  return { ...said, ...signature };
}

/** @throws TypeError, SyntaxError when the bytes have another form */
export function decodeSaid(bytes: Uint8Array): Said {
  const newline = bytes.indexOf(10);
  if (newline < 0) throw new TypeError('the line with the signature is missing');
  const signedBytes = bytes.subarray(0, newline);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const value: unknown = JSON.parse(decoder.decode(signedBytes));
  if (field(value, 'pakhus', num) !== 1) throw new TypeError('made by a newer pakhus');
  if (newline === bytes.length - 1) return { value, signedBytes, signature: undefined };
  const second: unknown = JSON.parse(decoder.decode(bytes.subarray(newline + 1)));
  const signature = { keyId: field(second, 'key', text), signature: field(second, 'signature', text) };
  return { value, signedBytes, signature };
}
