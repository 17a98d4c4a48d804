/**
 * What a package format is to the rest of pakhus: data and pure functions. One folder under `formats/` exports one
 * object of this shape. A format never imports another format, does no I/O and holds no state; what several have in
 * common is in `shared/`.
 *
 * ```
 * file ──readPackage──▶ PackageMeta ──(hashed, placed)──▶ PackageRecord ──segments, tail──▶ bytes of an index
 *                                                               │          indexes of a channel ──renderChannel──▶ pointers
 *                                                               └──companions──▶ copies and files that belong to the package
 * ```
 * Two kinds of repositories: in one (deb) an index file has a name that holds its digest, and one signed pointer names all of
 * them; in the other (opkg, pacman, wpkg) an index has a fixed name only, packages lie in its own folder, and a signature
 * covers that one file. Fixed names are written as pointers, each signature right after its file.
 */
import type { ByteSource } from '../core/byte-source.ts';
import type { AdoptionRules } from './adoption.ts';
import type {
  ClientInput,
  ClientInstructions,
  DowngradeInput,
  DowngradeInstructions,
} from './client-types.ts';
import type { InstallRules } from './install-rules.ts';
import type { PlainFiles } from './plain-files.ts';

/** How the bytes of an index are encoded. */
export type Encoding = 'plain' | 'gzip' | 'xz' | 'zstd';

/** Name suffix of each encoding. */
export const ENCODING_SUFFIX: Readonly<Record<Encoding, string>> = {
  plain: '',
  gzip: '.gz',
  xz: '.xz',
  zstd: '.zst',
};

/** Something a client or a reader of the index will not like; the package is taken all the same. */
export interface Lint {
  /** Stable name, `<format>-<reason>`. */
  readonly code: string;
  /** What it is, and what was done about it. */
  readonly message: string;
  /** `Format.repack` makes it good. */
  readonly cure?: 'repack';
  /** Clients cannot cope with the package at all: unless it is cured, it is refused. */
  readonly blocks?: true;
}

/** Packages of a component that fit each other only when they have a trait in common; those without one fit all. */
export interface Together {
  /** Undefined: none. */
  traitOf(one: Pick<PackageRecord, 'metadata'>): string | undefined;
  /** @param found Two traits or more, each with the name of a package that has it. */
  lint(found: ReadonlyMap<string, string>): Lint;
}

/** What a package file says of itself. Every string is valid UTF-8 and safe to put into an index. */
export interface PackageMeta {
  readonly name: string;
  readonly version: string;
  /** In the format's own words: `amd64`, `all`. */
  readonly architecture: string;
  /** Which of a component's indexes lists it; the format's own word (deb: architecture, or `udeb-<architecture>`). */
  readonly slot: string;
  /** The metadata as it goes into the index, without what the publisher computes and without a final newline. */
  readonly metadata: string;
  readonly lints: readonly Lint[];
}

/** One package of a revision: what a leaf holds. */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Path of the file below the repository's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  /** 64 hex digits, of the whole file. */
  readonly sha256: string;
  readonly metadata: string;
}

/** What a person wants to read of a package. */
export interface PackageSummary {
  /** One line. */
  readonly summary: string;
  readonly section: string | undefined;
  readonly maintainer: string | undefined;
  readonly homepage: string | undefined;
  /** The fields in their order, for `show`. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** One alternative of a dependency. */
export interface Relation {
  readonly name: string;
  readonly operator?: '<<' | '<=' | '=' | '>=' | '>>';
  readonly version?: string;
  /** A qualifier such as `any` or an architecture. */
  readonly architecture?: string;
}

/** What a package needs and gives. A dependency is met by any of its alternatives. */
export interface Relations {
  readonly depends: readonly (readonly Relation[])[];
  readonly recommends: readonly (readonly Relation[])[];
  readonly conflicts: readonly Relation[];
  readonly provides: readonly Relation[];
}

/** Values that a format reads from the settings of a repository or channel; validated by `parseOptions`. */
export type FormatOptions = Readonly<Record<string, string | number | boolean>>;

export interface ChannelSettings {
  readonly name: string;
  readonly options: FormatOptions;
}

/** What clients and retention see of a repository: part of every revision. */
export interface RepositorySettings {
  readonly format: string;
  readonly channels: readonly ChannelSettings[];
  readonly components: readonly string[];
  /** Configured ones; those of published packages are added to them. */
  readonly architectures: readonly string[];
  /** Newest versions kept per channel, component, name and architecture; undefined: all. */
  readonly keep?: number;
  /** How many days files stay after the last index that names them was replaced; undefined: 14. */
  readonly graceDays?: number;
  /** Web pages show what it holds; undefined: none do. */
  readonly pages?: boolean;
  readonly options: FormatOptions;
}

/** A channel as a format sees it when it lays out or renders. */
export interface ChannelView {
  readonly settings: RepositorySettings;
  readonly channel: ChannelSettings;
  /** Slots that hold packages, per component. */
  readonly slots: ReadonlyMap<string, ReadonlySet<string>>;
}

/** An index to be made: runs of packages, one after the other. */
export interface IndexPlan {
  /** Below the repository's folder, without suffix: `dists/stable/main/binary-amd64/Packages`. */
  readonly path: string;
  readonly component: string;
  /** Concatenated in this order. */
  readonly slots: readonly string[];
  /** Which of the format's `segments` renders it. */
  readonly segment: string;
  /** Encodings that are published. `plain` is hashed in any case, unless the segment says otherwise. */
  readonly encodings: readonly Encoding[];
}

/** An index that was made. */
export interface RenderedIndex {
  readonly plan: IndexPlan;
  /** `plain` is always there, published or not, unless its segment is not hashed. */
  readonly files: readonly {
    readonly encoding: Encoding;
    readonly sizeBytes: number;
    readonly sha256: string;
  }[];
}

/** How packages become the text of an index. */
export interface Segment {
  /** A leaf by itself, so that segments can be joined. */
  render(records: readonly PackageRecord[]): Uint8Array;
  /** What follows the last segment. `plainBytes`: of text before it; 0: there is no package. Absent: nothing. */
  tail?(plainBytes: number): Uint8Array;
  /** False: the format asks for no digest of a text that is published compressed only, so none is made. */
  readonly hashesText?: false;
  /** Takes such a text apart again; absent for one that does not tell all of a package. */
  readonly reader?: SegmentReader;
}

/** What signs: OpenPGP, or plain Ed25519 as usign and signify have it. */
export type SigningKind = 'openpgp' | 'usign';

/**
 * OpenPGP: a clear-signed copy, an armored detached signature, a binary one. `usign`: one detached signature, in the text form
 * of usign and signify.
 */
export type SignatureForm = 'clear' | 'detached' | 'binary' | 'usign';

/**
 * A file at a fixed name. In the order in which it is to be written; the entry pointer comes last. `of` names a pointer that has
 * `bytes`, or a published file of an index, which it then follows at once.
 */
export type PointerPlan = {
  readonly path: string;
  readonly contentType: string;
} & (
  | { readonly bytes: Uint8Array }
  /** `ifKeyed`: only where the repository has a key that can, of `alsoSignedBy`. */
  | { readonly sign: SignatureForm; readonly of: string; readonly ifKeyed?: true }
  /** Made from the bytes of a file of an index, and of nothing else: with the same file it stays as it is. */
  | { readonly make: (bytes: Uint8Array) => Uint8Array; readonly of: string }
  /** A file of an index under another name. */
  | { readonly copy: true; readonly of: string }
);

/** Where a package file goes. */
export interface PackagePlace {
  readonly settings: RepositorySettings;
  readonly channel: string;
  readonly component: string;
  readonly sha256: string;
  /** The usual path is taken by other bytes. */
  readonly apart: boolean;
}

/** A file that clients of an index look for beside it. `bytes` absent: a copy of the package. */
export interface Companion {
  /** Below the repository's folder. */
  readonly path: string;
  readonly bytes?: Uint8Array;
}

/** A signature over each package by itself, which is part of its record. */
export interface PackageSignatures {
  /** Where it lies, besides the places that `companions` names: beside the package. */
  pathOf(record: Pick<PackageRecord, 'path'>): string;
  /** Binary OpenPGP; undefined: the package is not signed yet. */
  read(record: Pick<PackageRecord, 'metadata'>): Uint8Array | undefined;
  /** The record with a signature, in the place of the one that it has. */
  add(record: PackageRecord, signature: Uint8Array): PackageRecord;
}

/** An option as configuration files and editors see it. What values mean is `checkSettings`' business. */
export interface FormatOption {
  readonly type: 'text' | 'flag' | 'count';
  /** One line for editors. */
  readonly about: string;
  /** Two channels of a repository cannot share it, so it cannot be set for the repository. */
  readonly ofChannel?: true;
  /** An empty text means something. */
  readonly mayBeEmpty?: true;
  /** Where nothing is set for the repository: its name. */
  readonly fromName?: true;
}

/** Takes apart what a segment renders. */
export interface SegmentReader {
  /** The offset after the last whole package in `text`; 0 when there is none. */
  lastCut(text: string): number;
  /** The packages of a text that ends with a whole one, as they were rendered. */
  read(text: string): Iterable<PackageRecord>;
}

export interface Format {
  /** `deb`, `opkg`, … */
  readonly name: string;
  /** The program that installs from it, as it is called on its machines. */
  readonly client: string;
  /** File name endings to look for in folders, with the dot. */
  readonly fileExtensions: readonly string[];
  /** What signs its repositories, so what a new one gets. Undefined: its clients check no signatures. */
  readonly signedBy: SigningKind | undefined;
  /** Another kind that may sign as well, where such keys are configured for the repository. Absent: none. */
  alsoSignedBy?(settings: RepositorySettings): SigningKind | undefined;
  /** Whether a file with these first bytes (up to 4 KiB) can be a package of this format. `name`: where bytes do not tell. */
  recognise(head: Uint8Array, name: string): boolean;
  /**
   * Whether a file is one of its own by what is inside, although other formats recognise it as well and one of them has read it. Absent:
   * its own are those that nobody else recognises.
   */
  claims?(meta: PackageMeta): boolean;
  /**
   * Reads a package to its end, in ascending ranges, each byte at most once.
   * Errors: ARCHIVE_*, PACKAGE_INVALID, with the source's name.
   */
  readPackage(source: ByteSource): Promise<PackageMeta>;
  /** What is wrong with packages of a component only together. Absent: nothing. */
  readonly together?: Together;
  /** The same package in the form that every client takes; for those that have a lint which it cures. @throws PACKAGE_*, ARCHIVE_* */
  repack?(bytes: Uint8Array, options: { readonly name: string }): Promise<Uint8Array>;
  /** Where the file goes, below the repository's folder. */
  packagePath(meta: PackageMeta, place: PackagePlace): string;
  /**
   * Files that clients of an index need for a package that it lists, besides the one at the record's own path: written before the
   * index is, and kept as long as it. Absent: none.
   */
  companions?(record: PackageRecord, index: Pick<IndexPlan, 'path' | 'segment'>): readonly Companion[];
  /** Files that are no packages. Absent: its repositories hold none. */
  readonly plainFiles?: PlainFiles;
  /** Clients check a signature over each package. Absent: what they check is signed indexes only. */
  readonly packageSignatures?: PackageSignatures;
  /** The client's own order: negative, 0 or positive. */
  compareVersions(a: string, b: string): number;
  /** The slots that a package of this architecture can be in; absent: any. */
  slotsOf?(architecture: string): readonly string[];
  /**
   * Whether one index can list both slots, and so can have a package name only once: its newest version stays. Absent: an index has as
   * many versions as `keep` says.
   */
  shareNames?(slot: string, other: string): boolean;
  /** Whether these settings have several versions of a name side by side all the same. Absent: never, where names are shared. */
  listsAllVersions?(settings: RepositorySettings): boolean;
  relations(record: PackageRecord): Relations;
  /** How clients decide whether a package can be installed. Absent: nobody asks. */
  readonly install?: InstallRules;
  summarise(record: PackageRecord): PackageSummary;
  /** Checks `settings.options` and each channel's; SETTINGS_INVALID names the option. */
  checkSettings(settings: RepositorySettings): void;
  /** Why clients that are set up already would fail with `after`; undefined, or absent: they go on. */
  breaksClients?(before: RepositorySettings, after: RepositorySettings): string | undefined;
  /** The kinds of index text. Several indexes may list the same packages in different ones. */
  readonly segments: Readonly<Record<string, Segment>>;
  /** All indexes of a channel, in a fixed order. */
  planIndexes(view: ChannelView): readonly IndexPlan[];
  /** An immutable public name for an index file, where the format has one (by-hash). Absent: its fixed name is all it has. */
  hashedIndexPath?(path: string, sha256: string): string;
  /** What an immutable name in the repository's folder is the name of; undefined: not one that this format gives. */
  kindOf(path: string): 'package' | 'index' | undefined;
  /** The pointers over a channel's indexes. `dateMs`: whole seconds, the signed date. */
  renderChannel(
    view: ChannelView,
    rendered: { readonly indexes: readonly RenderedIndex[]; readonly dateMs: number },
  ): readonly PointerPlan[];
  /** When clients refuse a channel that was signed at `dateMs`: milliseconds since 1970; undefined: never. */
  validUntil?(
    settings: RepositorySettings,
    signed: { readonly channel: string; readonly dateMs: number },
  ): number | undefined;
  /** Content type of a public file of this format, by its path. */
  contentType(path: string): string;
  clientInstructions(input: ClientInput): ClientInstructions;
  downgradeInstructions(input: DowngradeInput): DowngradeInstructions;
  /** How repositories of other programs are read. Absent: they cannot be taken over. */
  readonly adoption?: AdoptionRules;
}
