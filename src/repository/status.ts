/** How a repository stands. */
import { readOpenIntents } from '../ledger/intents.ts';
import { stalePointers } from '../ledger/publish.ts';
import { readPublished } from '../ledger/published.ts';
import { readSettled } from '../ledger/settled.ts';
import type { CallOptions } from '../storage/storage.ts';
import { findTail } from './read-repository.ts';
import type { Repository } from './repository.ts';

export interface ChannelStatus {
  readonly name: string;
  /** When its index was signed last. */
  readonly dateMs: number;
  readonly components: readonly { readonly name: string; readonly packages: number }[];
}

export interface RepositoryStatus {
  readonly name: string;
  readonly format: string;
  /** Where it lies. */
  readonly tree: string;
  readonly url: string | undefined;
  /** The newest revision and the one that clients see. */
  readonly rev: number;
  readonly publishedRev: number;
  readonly dateMs: number;
  readonly author: string;
  readonly channels: readonly ChannelStatus[];
  readonly signers: readonly string[];
  /** Pointers that are missing or differ; `pakhus repair` writes them. */
  readonly stale: readonly string[];
  /** Proposals that nobody committed yet. */
  readonly openIntents: number;
}

/** Undefined when nothing was published yet. @throws LEDGER_*, STORE_* */
export async function readStatus(
  repository: Repository,
  options: CallOptions = {},
): Promise<RepositoryStatus | undefined> {
  const tail = await findTail(repository, options);
  if (tail === undefined) return undefined;
  const { revision, content } = tail;
  const { catalog } = content;
  const { rev, signedAtMs, author } = revision.signed.record;
  const open = await readOpenIntents(repository.ledger, {
    speakers: revision.manifest,
    settled: await readSettled(repository.ledger, revision.manifest, options),
    ...options,
  });
  return {
    name: repository.name,
    format: catalog.settings.format,
    tree: repository.tree.name,
    url: repository.url,
    rev,
    publishedRev: (await readPublished(repository.ledger, options))?.rev ?? 0,
    dateMs: signedAtMs,
    author,
    channels: catalog.channels.map(({ name, dateMs }) => ({
      name,
      dateMs,
      components: catalog.settings.components.map((component) => ({
        name: component,
        packages: catalog.runs
          .filter((run) => run.channel === name && run.component === component)
          .reduce((sum, run) => sum + run.packages, 0),
      })),
    })),
    signers: content.signers.map(({ fingerprint }) => fingerprint),
    stale: await stalePointers(repository.ledger, revision, options),
    openIntents: open.intents.length,
  };
}
