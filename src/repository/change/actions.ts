/**
 * What an intent asks for: a list of these. Each names exactly what it touches, so that it means the same on whatever
 * base it is applied to, and applying it twice changes nothing more.
 */

import { parseSettings } from '../../catalog/settings.ts';
import { arrayOf, field, isRecord, num, optional, text } from '../../core/shape.ts';
import type { RepositorySettings } from '../../formats/format.ts';
import { type Committer, type Proposer, readProposer } from '../../ledger/manifest.ts';
import { type Pin, readPin } from '../history/pins.ts';

/** A key that signs what clients check. */
export interface PublicSigner {
  readonly fingerprint: string;
  /** Armored. */
  readonly publicKey: string;
  /** Where it is in a rotation; undefined: it signs, and stays. See `signers.ts`. */
  readonly stage?: 'announced' | 'arriving' | 'retiring';
  /** Fingerprint of the key that will take its place. */
  readonly replacedBy?: string;
}

/** A channel and a component of the repository. */
export interface Place {
  readonly channel: string;
  readonly component: string;
}

/** A place, or several: what is left out means all. */
export interface Filter {
  readonly channel?: string | undefined;
  readonly component?: string | undefined;
}

/** One package of one version. */
export interface Identity {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** What is claimed of a package file; whoever commits reads it. */
interface FileClaim {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A file of the public folder, put there by a committer. */
export interface PublicFile extends FileClaim {
  readonly path: string;
}

/** A file that came with the intent. */
export interface InboxFile extends FileClaim {
  /** Its name beside the intent: see `proposedName`. */
  readonly inbox: string;
}

export type Action =
  | {
      readonly type: 'settings';
      /** Only makes the repository; without effect when it exists. */
      readonly create: boolean;
      readonly settings: RepositorySettings;
      readonly signers: readonly PublicSigner[];
      readonly committers: readonly Committer[];
      readonly proposers: readonly Proposer[];
    }
  | { readonly type: 'add'; readonly to: Place; readonly file: PublicFile | InboxFile }
  | { readonly type: 'remove'; readonly from: Place; readonly package: Identity }
  | {
      readonly type: 'promote';
      readonly from: Place;
      readonly to: Place;
      readonly package: Identity;
      /** The bytes that are meant. */
      readonly sha256: string;
    }
  /** The place is to hold what it held in revision `to`. */
  | { readonly type: 'rollback'; readonly place: Filter; readonly to: number }
  | { readonly type: 'pin'; readonly pin: Pin }
  /** Without a name: all pins of the revision. */
  | { readonly type: 'unpin'; readonly pin: Pin }
  /** Signs channels anew although nothing in them changed. */
  | { readonly type: 'resign'; readonly channels: readonly string[] }
  /** The other actions may make packages uninstallable. */
  | { readonly type: 'allowUninstallable' };

/** The actions, and that they may make packages uninstallable if that is `allowed`. */
export function withAllowance(actions: readonly Action[], allowed: boolean): readonly Action[] {
  return allowed ? [...actions, { type: 'allowUninstallable' }] : actions;
}

/** Reads the actions of an intent, which anybody may have written. @throws TypeError */
export function parseActions(value: unknown): readonly Action[] {
  return arrayOf(action)(value);
}

function action(value: unknown): Action {
  const type = field(value, 'type', text);
  switch (type) {
    case 'settings':
      return {
        type,
        create: field(value, 'create', bool),
        settings: field(value, 'settings', parseSettings),
        signers: field(value, 'signers', arrayOf(signer)),
        committers: field(value, 'committers', arrayOf(committer)),
        proposers: field(value, 'proposers', arrayOf(readProposer)),
      };
    case 'add':
      return { type, to: field(value, 'to', place), file: field(value, 'file', file) };
    case 'remove':
      return { type, from: field(value, 'from', place), package: field(value, 'package', identity) };
    case 'promote':
      return {
        type,
        from: field(value, 'from', place),
        to: field(value, 'to', place),
        package: field(value, 'package', identity),
        sha256: field(value, 'sha256', text),
      };
    case 'rollback':
      return { type, place: field(value, 'place', filter), to: field(value, 'to', num) };
    case 'pin':
    case 'unpin':
      return { type, pin: field(value, 'pin', readPin) };
    case 'resign':
      return { type, channels: field(value, 'channels', arrayOf(text)) };
    case 'allowUninstallable':
      return { type };
    default:
      throw new TypeError(`unknown action '${type}'`);
  }
}

/** Reads a {@link PublicSigner}. @throws TypeError */
export function signer(value: unknown): PublicSigner {
  const own = isRecord(value) ? value : {};
  const replacedBy = optional(own['replacedBy'], text);
  const stage = optional(own['stage'], stageName);
  return {
    fingerprint: field(value, 'fingerprint', text),
    publicKey: field(value, 'publicKey', text),
    ...(stage !== undefined && { stage }),
    ...(replacedBy !== undefined && { replacedBy }),
  };
}

function stageName(value: unknown): NonNullable<PublicSigner['stage']> {
  if (value === 'announced' || value === 'arriving' || value === 'retiring') return value;
  throw new TypeError(`unknown stage of a key '${value}'`);
}

function committer(value: unknown): Committer {
  return {
    keyId: field(value, 'keyId', text),
    publicKey: field(value, 'publicKey', text),
    name: field(value, 'name', text),
  };
}

function place(value: unknown): Place {
  return { channel: field(value, 'channel', text), component: field(value, 'component', text) };
}

function filter(value: unknown): Filter {
  const [channel, component] = ['channel', 'component'].map((part) =>
    field(value, part, (one) => optional(one, text)),
  );
  return { ...(channel !== undefined && { channel }), ...(component !== undefined && { component }) };
}

function identity(value: unknown): Identity {
  return {
    name: field(value, 'name', text),
    version: field(value, 'version', text),
    architecture: field(value, 'architecture', text),
  };
}

function file(value: unknown): PublicFile | InboxFile {
  const where =
    isRecord(value) && 'inbox' in value
      ? { inbox: field(value, 'inbox', text) }
      : { path: field(value, 'path', text) };
  return { ...where, sizeBytes: field(value, 'sizeBytes', num), sha256: field(value, 'sha256', text) };
}

function bool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('expected true or false');
  return value;
}
