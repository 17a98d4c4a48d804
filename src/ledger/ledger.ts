/**
 * How a revision comes to be. The ledger knows neither formats nor keys: it is handed `prepare`, which turns a base
 * revision and open intents into the next one, and a signer for records.
 *
 * ```
 * propose        inbox/<who>/<ulid>/intent.json          no contention, nothing public touched
 *    │
 * prepare        all open intents on top of the tail     bad ones are rejected with a reason; pointers are signed here
 *    │           blob/<ulid>-<sha256>, then settle()
 * commit         log/<N+1>.json, created if absent       this one write is the commit; any unclear answer: read it back
 *    │
 * publish        pointers of the newest revision         aliases first, entry pointers last; never an older one
 *    │           then `published` says N+1
 * tidy           inbox folders of settled intents go
 * ```
 * Deleting takes two commits: see sweep.ts. A crash anywhere leaves open intents and unnamed blobs, or a committed revision that the next writing command
 * publishes by plain copies, without any signing key.
 *
 * | key in the state folder | what |
 * |---|---|
 * | `log/0000000042.json` | commit records, never deleted: the only truth |
 * | `inbox/<who>/<ulid>/intent.json` | a proposed change, signed by a committer or of a listed proposer |
 * | `claim/<rev>-<slot>` | somebody is preparing that revision and will take a while |
 * | `blob/<ulid>-<sha256>` | manifests, leaves, runs, signed files; keys are never reused |
 * | `published` | the revision through which all pointers are written; in a bucket also their etags |
 * | `clock` | written in a bucket to learn its time; nobody reads it |
 */
import type { BlobStore } from '../catalog/blobs.ts';
import type { Uploads } from '../catalog/uploads.ts';
import type { Clock } from '../core/clock.ts';
import type { RandomBytes } from '../core/ulid.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import type { LineSigner, VerifySignature } from './signed-lines.ts';
import type { StoreTime } from './store-time.ts';

/** Where a repository's ledger lives and what it works with. */
export interface Ledger {
  /** The repository's name, part of every record. */
  readonly repository: string;
  /** The repository's state folder. */
  readonly state: Storage;
  /** The repository's public folder. */
  readonly tree: Storage;
  /** Everything written so far to the two folders, by `uploads` as well, survives a power cut. */
  settle(options: CallOptions): Promise<void>;
  readonly blobs: BlobStore;
  /** What `blobs` and others still write; `settle` waits for it. */
  readonly uploads: Uploads;
  /** For waiting. */
  readonly clock: Clock;
  /** For dates. */
  readonly time: StoreTime;
  readonly randomBytes: RandomBytes;
  readonly verifySignature: VerifySignature;
  readonly trust: Trust;
  /** Absent for readers. */
  readonly signer?: LineSigner;
  /** Who this process is: `user@host`; names the inbox folder and the author. */
  readonly author: string;
  readonly machine: Machine;
}

/** Where this process runs. */
export interface Machine {
  readonly host: string;
  /** Its user says that nobody writes from anywhere else (`--single-writer`). */
  readonly writesAlone: boolean;
}

/** Which ledger keys are believed without another's word. */
export interface Trust {
  /** Ids of ledger keys: one's own, and those that the configuration pins. Empty: the first use is trusted. */
  readonly anchors: ReadonlySet<string>;
}
