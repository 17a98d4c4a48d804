import { isUtf8 } from 'node:buffer';
import { PakhusError } from '../core/pakhus-error.ts';
import { signedForm } from './clear-text.ts';
import { frameSignatures } from './made-signature.ts';
import type { OpenPgpSecretKey } from './openpgp-key.ts';
import { loadOpenPgp, makingConfig } from './openpgp-library.ts';
import { requireSigningKey } from './openpgp-policy.ts';
import { verifySignatures } from './openpgp-verify.ts';
import type { Signer, SignOptions } from './signer.ts';

/**
 * Signs with a secret key in memory. Deterministic with Ed25519 and RSA: same key, bytes and date give the same file.
 * Every signature is verified before it is given away, so that a fault in memory or in a library never reaches clients.
 */
export function createKeySigner(secret: OpenPgpSecretKey): Signer {
  const { info, publicArmored } = secret;
  return {
    fingerprint: info.fingerprint,
    publicArmored,
    key: info,
    async signClear(text, options) {
      if (!isUtf8(text)) throw failed(secret, { why: 'a clear-signed text has to be UTF-8' });
      const signature = await makeSignature(secret, { ...options, signed: signedForm(text), asText: true });
      return await frameSignatures([signature], { mode: 'clear', bytes: text });
    },
    async signDetached(bytes, options) {
      const signature = await makeSignature(secret, { ...options, signed: bytes, asText: false });
      return await frameSignatures([signature], { mode: 'detached', bytes });
    },
  };
}

async function makeSignature(
  secret: OpenPgpSecretKey,
  { signed, asText, dateMs, signal }: SignOptions & { readonly signed: Uint8Array; readonly asText: boolean },
): Promise<string> {
  signal?.throwIfAborted();
  const { fingerprint } = requireSigningKey(secret.info, dateMs);
  const openpgp = await loadOpenPgp();
  const signingKey = secret.key.getKeys().find((key) => key.getFingerprint() === fingerprint);
  if (signingKey === undefined)
    throw new Error(`key ${secret.info.fingerprint} lost its part ${fingerprint}`);
  const options = {
    signingKeys: secret.key,
    signingKeyIDs: signingKey.getKeyID(),
    detached: true,
    date: new Date(dateMs),
    config: makingConfig(openpgp),
  };
  const message = asText
    ? await openpgp.createMessage({ text: Buffer.from(signed).toString('utf8') })
    : await openpgp.createMessage({ binary: signed });
  const signature = await openpgp.sign({ message, ...options, format: 'armored' }).catch((cause: unknown) => {
    throw failed(secret, { why: cause instanceof Error ? cause.message : String(cause), cause });
  });
  const [check] = await verifySignatures([secret.key.toPublic()], { signed, signature, nowMs: dateMs });
  if (check?.verdict !== 'good') throw failed(secret, { why: `it does not verify: ${check?.reason}` });
  return signature;
}

function failed(
  { info }: OpenPgpSecretKey,
  { why, cause }: { readonly why: string; readonly cause?: unknown },
): PakhusError {
  return new PakhusError('SIGN_FAILED', `Signing with key ${info.fingerprint} failed: ${why}`, {
    details: { fingerprint: info.fingerprint },
    cause,
  });
}
