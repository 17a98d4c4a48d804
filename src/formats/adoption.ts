/** Taking over a repository that another program made: what its files say. Pure, like everything of a format. */
import type { ChannelSettings, Encoding, PackageMeta, PackageRecord } from './format.ts';

/** A file as another program's list of files names it; it may be that only other forms of it are there. */
export interface ListedFile {
  /** Below the repository's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** How pakhus calls this form; undefined: it does not make it. */
  readonly encoding: Encoding | undefined;
}

/** An index of packages. */
export interface ListedIndex {
  /** Without suffix. */
  readonly path: string;
  readonly component: string;
  readonly architecture: string;
  /** Packages for the installer. */
  readonly udeb: boolean;
  /** The same text in several forms. */
  readonly files: readonly ListedFile[];
}

/** What clients get from a channel today and not from pakhus. */
export interface ListedOthers {
  /** Source packages. */
  readonly sources: readonly string[];
  /** Descriptions in other languages. */
  readonly translations: readonly string[];
  /** Lists of the files in packages. */
  readonly contents: readonly string[];
  /** Installers and the like. */
  readonly others: readonly string[];
  /** Fields of the entry file. */
  readonly fields: readonly string[];
}

/** A channel as its entry file describes it. */
export interface ListedChannel {
  readonly settings: ChannelSettings;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  /** The signed date, milliseconds since 1970. */
  readonly dateMs: number;
  /** When clients refuse it; undefined: never. */
  readonly validUntilMs: number | undefined;
  /** Its indexes are there under names that hold their digests. */
  readonly hasHashedNames: boolean;
  /** Packages for all architectures have an index of their own, and are in no other. */
  readonly keepsAllApart: boolean;
  readonly indexes: readonly ListedIndex[];
  readonly lost: ListedOthers;
}

/** A package as an index describes it; its file was not looked at. */
export interface ListedPackage {
  readonly slot: string;
  readonly record: PackageRecord;
}

/** An entry of an index that cannot be taken over. */
export interface BadEntry {
  /** The path that it names, or which entry it is. */
  readonly where: string;
  readonly problem: string;
}

/** What a format knows of repositories that others made. */
export interface AdoptionRules {
  /** Each folder below it is a channel; ends with `/`. */
  readonly folder: string;
  /** Where the format puts packages; ends with `/`. Other programs may put them anywhere. */
  readonly packageFolder: string;
  /** What clients of a channel begin with: a clear-signed text, or else a text and its detached signature. */
  entryFiles(channel: string): { readonly clear: string; readonly text: string; readonly signature: string };
  /** Reads the text of an entry file. `name` is for messages. @throws SETTINGS_INVALID */
  readEntry(text: Uint8Array, at: { readonly channel: string; readonly name: string }): ListedChannel;
  /** The entries of an index, each good or bad by itself. */
  readIndex(text: Uint8Array, index: ListedIndex): Iterable<ListedPackage | BadEntry>;
  /** Whether pakhus lists the package in that index of its component. */
  fits(index: ListedIndex, listed: ListedPackage): boolean;
  /**
   * What clients see of a package from now on: what the index says, and of the package itself what it leaves to files that
   * are given up. A text: the package is not the one that the index describes.
   */
  adopt(listed: ListedPackage, own: PackageMeta): PackageRecord | string;
  /** Options that a repository cannot have for all its channels. */
  readonly ownOptions: ReadonlySet<string>;
  /** Forms of indexes as an option of a channel. */
  encodingsOption(encodings: ReadonlySet<Encoding>): ChannelSettings['options'];
}
