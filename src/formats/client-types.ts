/** What a format tells people of its clients: how they use a repository, and how they go back with it. */
import type { ChannelSettings, RepositorySettings } from './format.ts';

/** What `pakhus client` hands to a colleague. */
export interface ClientInstructions {
  /** Files to put on the machine. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly about: string }[];
  /** Shell lines, run as root, that do all of it. */
  readonly script: string;
  /** The same in one line. */
  readonly oneLiner: string;
  /** Shell lines that take it back. */
  readonly undo: string;
  /** What to type next: update, install. */
  readonly next: readonly string[];
  /** Other ways, each with a title. */
  readonly variants: readonly ClientVariant[];
}

/** Another way. */
export interface ClientVariant {
  readonly title: string;
  /** Shell lines, or a file. */
  readonly text: string;
  /** Shell lines, run as root, that put the repository in the place of what the machine came with; `undo` takes them back too. */
  readonly replaces?: true;
}

export interface ClientInput {
  /** Names the files on the machine: letters, digits, `.`, `_`, `-`. */
  readonly id: string;
  /** Where the repository's folder is reached, without a final slash. */
  readonly url: string;
  readonly channel: string;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  /** Public keys of the signers, as files: armored OpenPGP, or the text of a usign key. */
  readonly publicKeys: readonly string[];
  /** Of these keys, in the same order. */
  readonly fingerprints: readonly string[];
  /** Where those keys are published. */
  readonly keyUrl: string;
  readonly settings: RepositorySettings;
}

/** A package that a channel holds, or held. */
export interface HeldPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly slot: string;
}

/** A channel that went back to older packages. */
export interface DowngradeInput {
  /** Names the files on the machine: letters, digits, `.`, `_`, `-`. */
  readonly id: string;
  readonly settings: RepositorySettings;
  readonly channel: ChannelSettings;
  /** Packages that disappeared, or have other bytes now. */
  readonly gone: readonly HeldPackage[];
  /** All packages of those names that the channel holds now. */
  readonly there: readonly HeldPackage[];
}

/** How machines go back with it. */
export interface DowngradeInstructions {
  /** Shell lines, run as root on one machine. Empty: nothing is to be done, or too much to be written down. */
  readonly commands: readonly string[];
  /** For many machines: what goes back by itself, and forward again; undefined when nothing is to be done. */
  readonly lasting: Pick<ClientInstructions, 'files' | 'script' | 'undo'> | undefined;
  /** Names of which the channel holds no version any more. Machines keep what they have of them. */
  readonly left: readonly string[];
}
