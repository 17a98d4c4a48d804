/**
 * The configuration in force.
 *
 * ```
 *  --store, …        PAKHUS_STORE, …     pakhus.yaml                 $XDG_CONFIG_HOME/pakhus/config.yaml    built in
 *     │                   │              found upward, or --config                │                           │
 *     └────── wins ───────┴──────────────────┴────────────────────────────────────┴───────────────────────────┘
 *                                            ▼ loadConfig
 *              ResolvedConfig: each value with where it comes from     ──▶ `config show --origin`
 *                    │ repositories                                    ──▶ RepositorySettings, for a revision
 *                    └ places `repository/channel/component`           ──▶ place.ts
 * ```
 *
 * A key that a nearer source gives replaces the whole key of the farther ones. `state` and `url` belong to the store that the same file
 * names: where another store is in force, they are not.
 *
 * config-schema.ts says what a file may hold, parse-config-file.ts reads one and tells where it is wrong, find-config-file.ts
 * looks for them, render-config-file.ts writes one for `init`.
 */
import type { RepositorySettings } from '../formats/format.ts';
import type { ProposerEntry } from './config-file.ts';
import type { MirrorConfig } from './mirrors.ts';

/** Where a value comes from. */
export type Origin =
  | { readonly source: 'flag'; readonly name: string }
  | { readonly source: 'environment'; readonly name: string }
  /** `line` counts from 1. */
  | { readonly source: 'project' | 'user'; readonly path: string; readonly line: number }
  | { readonly source: 'default' };

/** A value and where it comes from. */
export interface Setting<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** A repository as the configuration wants it. */
export interface RepositoryConfig {
  readonly name: string;
  /** Folder below the store, without slashes at its ends; empty: the store itself. */
  readonly path: string;
  /** What clients and retention see; part of every revision. */
  readonly settings: RepositorySettings;
  /** Names of signers; undefined: those of the top level. */
  readonly signers: readonly string[] | undefined;
  /** What its clients have besides it. Of whoever publishes: no revision names them. */
  readonly bases: readonly BaseIndex[];
  readonly origin: Origin;
}

/** An index of another repository, a file. */
export interface BaseIndex {
  /** Undefined: of every channel that has none of its own. */
  readonly channel: string | undefined;
  /** Absolute; `{arch}` stands for the architecture. */
  readonly path: string;
}

/** Something that signs: a key in the folder of keys, or a command that somebody else's key stands behind. */
export interface SignerConfig {
  readonly name: string;
  /** Program and arguments, no shell: see `createExternalSigner`. */
  readonly command?: readonly [string, ...string[]];
  /** Absolute path of the armored public key that belongs to `command`. */
  readonly publicKey?: string;
}

/** Caches in front of the store, which are told when files at fixed names change. */
export interface PurgeConfig {
  /** Id of a CloudFront distribution. */
  readonly cloudfront?: string;
  /** Program and arguments, no shell. */
  readonly command?: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

/** All of it. */
export interface ResolvedConfig {
  /** An absolute path, or a URL with a scheme. No secrets. */
  readonly store: Setting<string>;
  /** Undefined: inside the store. */
  readonly state: Setting<string | undefined>;
  /** Where clients reach the store, without a final slash. */
  readonly url: Setting<string | undefined>;
  /** Absolute path of the folder that holds secret keys. */
  readonly keys: Setting<string>;
  readonly repositories: Setting<readonly RepositoryConfig[]>;
  /** Empty: the key that was made for the repository. */
  readonly signers: Setting<readonly SignerConfig[]>;
  /** Ledger keys that are trusted: ids in lower case, and public halves in base64; empty: the first use is. */
  readonly ledger: Setting<readonly string[]>;
  readonly purge: Setting<PurgeConfig | undefined>;
  readonly proposers: Setting<Readonly<Record<string, ProposerEntry>>>;
  /** Web pages show what repositories hold, where they say nothing else. */
  readonly pages: Setting<boolean>;
  /** Places that ship one thing in several formats. */
  readonly products: Setting<Readonly<Record<string, readonly string[]>>>;
  readonly mirrors: Setting<readonly MirrorConfig[]>;
  /** The files that were read: absolute paths. */
  readonly projectFile: string | undefined;
  readonly userFile: string | undefined;
}
