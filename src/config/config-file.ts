/** What pakhus.yaml holds, as it is written there. `config-schema.ts` checks it. */
export interface ConfigFile {
  readonly $schema?: string | undefined;
  readonly store?: string | undefined;
  readonly state?: string | undefined;
  readonly url?: string | undefined;
  readonly repositories?: Readonly<Record<string, RepositoryEntry>> | undefined;
  readonly signers?: readonly SignerEntry[] | undefined;
  readonly ledger?: readonly string[] | undefined;
  readonly proposers?: Readonly<Record<string, ProposerEntry>> | undefined;
  readonly purge?: PurgeEntry | undefined;
  /** Web pages show what repositories hold. */
  readonly pages?: boolean | undefined;
  readonly products?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly mirrors?: Readonly<Record<string, MirrorEntry>> | undefined;
}

/** A selection of what upstreams have. */
export interface MirrorEntry {
  /** Where to: a repository, a channel of it, or a component of that. Default: the mirror's name. */
  readonly to?: string | undefined;
  /** Lines of sources.list(5). */
  readonly sources: readonly string[];
  readonly packages?: readonly string[] | undefined;
  readonly optional?: readonly string[] | undefined;
  readonly lists?: readonly string[] | undefined;
  readonly sections?: readonly string[] | undefined;
  readonly priorities?: readonly string[] | undefined;
  readonly recommends?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly authorization?: string | undefined;
  readonly connections?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
}

/** A repository; further keys are options of its format. */
export interface RepositoryEntry {
  readonly format: string;
  readonly path?: string | undefined;
  /** Names, or names with options of the format. */
  readonly channels?: readonly string[] | Readonly<Record<string, OptionEntries | null>> | undefined;
  readonly components?: readonly string[] | undefined;
  readonly architectures?: readonly string[] | undefined;
  readonly keep?: number | undefined;
  readonly graceDays?: number | undefined;
  readonly pages?: boolean | undefined;
  readonly signers?: readonly string[] | undefined;
  readonly base?: readonly string[] | undefined;
  readonly [option: string]: unknown;
}

/** Options of a format, by name, and the channel's own base indexes. */
export type OptionEntries = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
> & {
  readonly base?: readonly string[] | undefined;
};

/** Caches that are told what changed. */
export interface PurgeEntry {
  readonly cloudfront?: string | undefined;
  readonly command?: readonly [string, ...string[]] | undefined;
  readonly timeoutSeconds?: number | undefined;
}

/** The name of a key, or a command that signs. */
export type SignerEntry =
  | string
  | { readonly name: string; readonly command: readonly [string, ...string[]]; readonly publicKey: string };

/** What somebody may propose, and where. */
export interface ProposerEntry {
  readonly actions: readonly ('add' | 'remove' | 'promote' | 'rollback' | 'settings')[];
  /** Places, where `*`, or nothing at the end, stands for any repository, channel or component. */
  readonly to: readonly string[];
  /** The public half of its ledger key. Absent: whoever can write to its inbox folder. */
  readonly key?: string | undefined;
}
