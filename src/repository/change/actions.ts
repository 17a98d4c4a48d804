/**
 * What an intent asks for: a list of these. Each names exactly what it touches, so that it means the same on whatever
 * base it is applied to, and applying it twice changes nothing more.
 */

import type { RepositorySettings } from '../../formats/format.ts';
import type { Committer, Proposer } from '../../ledger/manifest.ts';
import type { Pin } from '../history/pins.ts';

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

/** Adds files of the public folder, one or more. */
export interface AddPublic {
  readonly type: 'add';
  readonly to: Place;
  readonly files: Iterable<PublicFile>;
}

/** Adds files that came with the intent, one or more. */
export interface AddProposed {
  readonly type: 'add';
  readonly to: Place;
  readonly inbox: Iterable<InboxFile>;
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
  | AddPublic
  | AddProposed
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
