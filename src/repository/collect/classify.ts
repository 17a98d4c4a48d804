/** Why an object is in the store, and whether it may go. Pure. */
import type { GonePointer } from '../../ledger/manifest.ts';
import type { ObjectInfo } from '../../storage/storage.ts';

/** What an object is. */
export type ObjectKind = 'package' | 'index' | 'page' | 'ledger' | 'proposal' | 'other';

/**
 * Why it is there.
 *
 * | reason        | the object                                                                             |
 * |---|---|
 * | `current`     | the newest revision names it                                                           |
 * | `grace`       | an older revision names it, which clients may still go by, or which is one of the last |
 * | `pinned`      | only pinned revisions name it                                                          |
 * | `unnamed`     | no revision names it yet, or any more, and it is younger than the grace                |
 * | `open`        | it belongs to a proposal that nobody has settled                                       |
 * | `collectable` | it may go                                                                              |
 * | `foreign`     | pakhus did not put it there, and leaves it there                                       |
 */
export type Reason = 'current' | 'grace' | 'pinned' | 'unnamed' | 'open' | 'collectable' | 'foreign';

export interface Verdict {
  readonly kind: ObjectKind;
  readonly reason: Reason;
}

/** Why revisions name an object. */
export type NamedBy = Extract<Reason, 'current' | 'grace' | 'pinned'>;

/** What the revisions that are kept name in one of the two folders, by key. */
export type Names = ReadonlyMap<string, { readonly kind: ObjectKind; readonly reason: NamedBy }>;

interface Ages {
  /** Now, less the grace. */
  readonly agedMs: number;
}

export interface TreeRules extends Ages {
  readonly names: Names;
  /** Index files that only revisions of less than a minute name. */
  readonly brief: ReadonlySet<string>;
  /** Files that open proposals want published. */
  readonly proposed: ReadonlySet<string>;
  /** Fixed names that are published no more, by path. */
  readonly gone: ReadonlyMap<string, GonePointer>;
  /** Those of them that clients must not find: see stale-signatures.ts. */
  readonly stale: ReadonlySet<string>;
  /** The first revision that keeps all that it names. */
  readonly keptFrom: number;
  /** Files that another program left under such names: see `Content.foreign`. */
  isForeign(path: string): boolean;
  /** What an immutable name of the format is the name of; undefined: pakhus gives no such names. */
  kindOf(path: string): 'package' | 'index' | 'page' | undefined;
}

/** An object of the public folder. Only what pakhus itself puts there may ever go. */
export function classifyFile({ key, modifiedMs }: ObjectInfo, rules: TreeRules): Verdict {
  const named = rules.names.get(key);
  if (named !== undefined) return named;
  const gone = rules.gone.get(key);
  if (gone !== undefined) {
    const mayGo = gone.since <= rules.keptFrom || rules.stale.has(key);
    return { kind: 'index', reason: mayGo ? 'collectable' : 'grace' };
  }
  const kind = rules.kindOf(key);
  if (kind === undefined || rules.isForeign(key)) return { kind: 'other', reason: 'foreign' };
  if (rules.proposed.has(key)) return { kind, reason: 'open' };
  return { kind, reason: isAged(modifiedMs, rules) || rules.brief.has(key) ? 'collectable' : 'unnamed' };
}

export interface StateRules extends Ages {
  readonly names: Names;
  readonly brief: ReadonlySet<string>;
  /** The newest revision. */
  readonly rev: number;
}

const CLAIM = /^claim\/(\d{10})-/;

/** An object of the state folder, but for the inbox: see inbox.ts. */
export function classifyState({ key, modifiedMs }: ObjectInfo, rules: StateRules): Verdict {
  const named = rules.names.get(key);
  if (named !== undefined) return named;
  const kind = 'ledger';
  if (key.startsWith('blob/')) {
    const mayGo = isAged(modifiedMs, rules) || rules.brief.has(key);
    return { kind, reason: mayGo ? 'collectable' : 'unnamed' };
  }
  const claimed = CLAIM.exec(key)?.[1];
  if (claimed !== undefined)
    return { kind, reason: Number(claimed) <= rules.rev ? 'collectable' : 'current' };
  return key.startsWith('log/') || OWN_KEYS.has(key)
    ? { kind, reason: 'current' }
    : { kind: 'other', reason: 'foreign' };
}

const OWN_KEYS = new Set(['published', 'clock']);

function isAged(modifiedMs: number, { agedMs }: Ages): boolean {
  return modifiedMs <= agedMs;
}
