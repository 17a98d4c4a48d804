/** What tells packages of a run apart, and their order: name, then version, then architecture, by UTF-8 bytes. */

import type { PackageRecord } from '../formats/format.ts';

export interface PackageKey {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** Negative, 0 or positive. Plain order of bytes; the client's order of versions is the format's business. */
export function compareKeys(a: PackageKey, b: PackageKey): number {
  return (
    compareUtf8(a.name, b.name) ||
    compareUtf8(a.version, b.version) ||
    compareUtf8(a.architecture, b.architecture)
  );
}

/** Compares as the UTF-8 encodings of two texts compare, without encoding them. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

/** For messages: `hello 1.0 amd64`. */
export function describeKey(key: PackageKey): string {
  return `${key.name} ${key.version} ${key.architecture}`;
}

/** 32 well-mixed bits of a key. */
export function hashKey(key: PackageKey): number {
  return hashText(`${key.name}\0${key.version}\0${key.architecture}`);
}

/** 32 well-mixed bits of a text: FNV-1a over its UTF-16 code units, then the finaliser of MurmurHash3. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Surrogates stand for characters above all others of UTF-16. */
function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** True when two records say the same of a package. */
export function sameRecord(a: PackageRecord, b: PackageRecord): boolean {
  return (
    compareKeys(a, b) === 0 &&
    a.sha256 === b.sha256 &&
    a.path === b.path &&
    a.sizeBytes === b.sizeBytes &&
    a.metadata === b.metadata
  );
}
