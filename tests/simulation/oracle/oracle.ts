/**
 * Looks at the store after every change and knows what must never be. A violation is an error that ends the run.
 *
 * ```
 * change ─▶ log/N        the record before allows it; the model replays its intents
 *        ├▶ InRelease    a committed revision lists it; its date does not go back; a client can read all of it; it holds what the model says
 *        ├▶ pool, by-hash, other pointers     bytes that somebody could rightly put there
 *        ├▶ published    grows, and all pointers are there
 *        └▶ anything     what a client's index names stays as it is
 * ```
 */

import { isPagePath } from '../../../src/pages/page-files.ts';
import { STATE, TREE } from '../world/open-repository.ts';
import type { StoreChange } from '../world/watch-storage.ts';
import { type ClientChecker, createClientChecker } from './client-checker.ts';
import { createLogChecker, type LogChecker } from './log-checker.ts';
import { type Identify, packagesOf } from './model.ts';
import { createShadow, type Shadow } from './shadow.ts';

export interface OracleInput {
  readonly identify: Identify;
  /** The store's clock. */
  readonly now: () => number;
  /** Nobody can write an old pointer over a newer one: all stores but those that replace without a condition. */
  readonly neverBack: boolean;
  /** How far clocks may jump while a command runs. */
  readonly toleranceMs: number;
}

export interface Oracle {
  readonly neverBack: boolean;
  readonly shadow: Shadow;
  readonly log: LogChecker;
  readonly client: ClientChecker;
  /** @throws Error when something is not as it should be */
  see(change: StoreChange): void;
  /** The revision through which everything is published, as the store says. */
  published(): number;
  /** The revision that the entry of a channel belongs to; 0: there is none. */
  entryRev(channel: string): number;
}

export function createOracle(input: OracleInput): Oracle {
  const shadow = createShadow();
  const log = createLogChecker(shadow, input);
  const client = createClientChecker(shadow, input.now);
  let published = 0;
  const dates = new Map<string, number>();

  /** The newest revision that lists these very bytes at a path. */
  const revOf = (path: string, sha256: string | undefined): number =>
    log.revisions.findLastIndex((one) => one?.pointers.get(path)?.sha256 === sha256);

  const entryRev = (channel: string): number => {
    const path = `dists/${channel}/InRelease`;
    const sha256 = shadow.sha256(`${TREE}/${path}`);
    return sha256 === undefined ? 0 : revOf(path, sha256);
  };

  const pages = new Map<string, string>();
  const seeEntry = (channel: string): void => {
    const view = client.read(channel);
    if (view === undefined) throw new Error(`${channel} has no entry`);
    const revision = log.revisions[entryRev(channel)];
    if (revision === undefined) throw new Error(`the entry of ${channel} is in no revision`);
    const before = dates.get(channel) ?? 0;
    if (input.neverBack && view.dateMs < before) throw new Error(`the entry of ${channel} went back`);
    dates.set(channel, view.dateMs);
    expectSame(
      view.packages,
      packagesOf(revision.state, channel),
      `${channel} in revision ${revision.record.rev}`,
    );
  };

  const seePublished = (): void => {
    const { rev } = JSON.parse(Buffer.from(shadow.bytes(`${STATE}/published`) ?? []).toString('utf8'));
    const revision = log.revisions[rev];
    if (revision === undefined) throw new Error(`published says ${rev}, which is no revision`);
    if (rev < published) throw new Error(`published went back from ${published} to ${rev}`);
    published = rev;
    if (!input.neverBack) return;
    for (const { path } of revision.pointers.values()) {
      if (revOf(path, shadow.sha256(`${TREE}/${path}`)) < rev)
        throw new Error(`published says ${rev}, but ${path} is older`);
    }
  };

  /** Pages never change under their names. */
  const seePage = (path: string, sha256: string): void => {
    if ((pages.get(path) ?? sha256) !== sha256) throw new Error(`${path} was changed`);
    pages.set(path, sha256);
  };

  const seePublic = (path: string): void => {
    const sha256 = shadow.sha256(`${TREE}/${path}`) ?? '';
    const [, digest] = /\/by-hash\/SHA256\/([0-9a-f]{64})$/.exec(path) ?? [];
    if (digest !== undefined) {
      if (digest !== sha256) throw new Error(`${path} has other bytes than its name says`);
    } else if (path.startsWith('pool/')) input.identify(sha256);
    else if (isPagePath(path)) seePage(path, sha256);
    else if (revOf(path, sha256) < 1) throw new Error(`${path} has bytes that no revision lists`);
    const [, channel] = /^dists\/([^/]+)\/InRelease$/.exec(path) ?? [];
    if (channel !== undefined) seeEntry(channel);
  };

  return {
    neverBack: input.neverBack,
    shadow,
    log,
    client,
    see(change) {
      const { key } = change;
      if (key.startsWith(`${STATE}/log/`) && (change.type === 'delete' || shadow.bytes(key) !== undefined))
        throw new Error(`the record ${key} was touched`);
      shadow.apply(change);
      client.changed(key);
      if (change.type === 'delete') return;
      if (key.startsWith(`${STATE}/log/`)) log.seeRecord(key);
      else if (key.startsWith(`${STATE}/inbox/`) && key.endsWith('/intent.json')) log.seeIntent(key);
      else if (key === `${STATE}/published`) seePublished();
      else if (key.startsWith(`${TREE}/`)) seePublic(key.slice(TREE.length + 1));
    },
    published: () => published,
    entryRev,
  };
}

function expectSame(found: readonly string[], expected: readonly string[], where: string): void {
  if (found.join('\n') === expected.join('\n')) return;
  const lost = expected.filter((one) => !found.includes(one));
  const extra = found.filter((one) => !expected.includes(one));
  throw new Error(`${where}: lost ${JSON.stringify(lost)}, not asked for ${JSON.stringify(extra)}`);
}
