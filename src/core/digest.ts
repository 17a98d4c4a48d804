import { createHash, type Hash, hash } from 'node:crypto';

/** SHA-256 of `bytes` as 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** A running SHA-256. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** 64 lower-case hex digits; the hasher cannot be used afterwards. */
  hex(): string;
  /** Another one that has hashed the same bytes. */
  copy(): Sha256;
}

/** Starts a running SHA-256. */
export function createSha256(): Sha256 {
  return runningSha256(createHash('sha256'));
}

function runningSha256(state: Hash): Sha256 {
  return {
    update: (bytes) => {
      state.update(bytes);
    },
    hex: () => state.digest('hex'),
    copy: () => runningSha256(state.copy()),
  };
}

/** True for 64 lower-case hex digits. */
export function isSha256Hex(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
